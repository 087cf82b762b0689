// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing
import WicketProtocol

struct AuditTests {
    private func list(_ json: String) throws -> AuditList.Params {
        let document = try JSONDocument(json)
        return try AuditList.Params(from: document, document.root)
    }

    @Test func `a filter reads as it was written`() throws {
        var filter = AuditList.Filter()
        filter.kind = "key.created"
        filter.subject = "k"
        filter.uid = 1000
        filter.since = "2026-01-01T00:00:00Z"
        filter.until = "2026-02-01T00:00:00Z"
        let params = AuditList.Params(filter: filter, page: Page(limit: 7, cursor: "c"))
        var json = JSONWriter()
        params.write(to: &json)
        #expect(try list(String(decoding: json.bytes, as: UTF8.self)) == params)
        #expect(try list("{}") == AuditList.Params())
    }

    @Test(arguments: [
        (#"{"filter":{"uid":-1}}"#, "params.filter.uid"), (#"{"filter":{"uid":4294967296}}"#, "params.filter.uid"),
        (#"{"filter":{"who":1}}"#, "params.filter.who"), (#"{"filter":1}"#, "params.filter"), (#"{"limit":0}"#, "params.limit"),
        (#"{"kind":"x"}"#, "params.kind"),
    ])
    func `a fault is named`(json: String, path: String) {
        let error = #expect(throws: ParamsError.self) { try list(json) }
        #expect(error?.path == path)
    }

    @Test(arguments: ["", "ab", String(repeating: "g", count: 64), String(repeating: "a", count: 63)])
    func `what is expected is a hash`(text: String) throws {
        let document = try JSONDocument(#"{"expect":"\#(text)"}"#)
        let error = #expect(throws: ParamsError.self) { try AuditVerify.Params(from: document, document.root) }
        #expect(error?.path == "params.expect")
    }
}
