// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing
import WicketProtocol

struct AnalyticsTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func query(_ json: String) throws -> AnalyticsQuery.Params {
        let document = try JSONDocument(json)
        return try AnalyticsQuery.Params(from: document, document.root)
    }

    private func feedback(_ json: String) throws -> FeedbackCreate.Params {
        let document = try JSONDocument(json)
        return try FeedbackCreate.Params(from: document, document.root)
    }

    @Test func `a question reads as it was written`() throws {
        var params = AnalyticsQuery.Params()
        params.metrics = ["requests"]
        params.groupBy = ["model", "metadata.team"]
        params.filters = [
            .init(name: "status", condition: .anyOf(["200", nil])), .init(name: "tokens", condition: .between(1, nil)),
        ]
        params.time = TimeRange(from: "2026-01-01T00:00:00Z", to: nil)
        params.interval = "day"
        params.limit = 7
        #expect(try query(text(params.write)) == params)
        #expect(try query("{}") == AnalyticsQuery.Params())
    }

    @Test func `a filter is a value of any kind, a list of such, or bounds`() throws {
        let json = #"{"filters":{"status":429,"stream":true,"user":"ada","unit":null,"uid":[0,"1"],"tokens":{"max":9}}}"#
        let filters = try query(json).filters
        #expect(filters.map(\.name) == ["status", "stream", "user", "unit", "uid", "tokens"])
        #expect(
            filters.map(\.condition) == [
                .anyOf(["429"]), .anyOf(["true"]), .anyOf(["ada"]), .anyOf([nil]), .anyOf(["0", "1"]), .between(nil, 9),
            ])
    }

    @Test(arguments: [
        (#"{"filters":[]}"#, "params.filters"), (#"{"filters":{"a":[]}}"#, "params.filters.a"),
        (#"{"filters":{"a":[[1]]}}"#, "params.filters.a"), (#"{"filters":{"a":{"min":"x"}}}"#, "params.filters.a.min"),
        (#"{"filters":{"a":1,"a":2}}"#, "params.filters.a"), (#"{"limit":1001}"#, "params.limit"),
        (#"{"metrics":"requests"}"#, "params.metrics"), (#"{"groupBy":[]}"#, "params.groupBy"),
    ])
    func `a fault in a question is named`(json: String, path: String) {
        let error = #expect(throws: ParamsError.self) { try query(json) }
        #expect(error?.path == path)
    }

    @Test func `feedback is one, or a list`() throws {
        let one = FeedbackCreate.Entry(traceID: "t", value: -10, weight: 0.5, metadata: Array(#"{"a":1}"#.utf8))
        let other = FeedbackCreate.Entry(traceID: "u", value: 10)
        for entries in [[one], [one, other]] {
            let params = FeedbackCreate.Params(entries)
            #expect(try feedback(text(params.write)) == params)
        }
        #expect(text(FeedbackCreate.Result(ids: ["1", "2"]).write) == #"{"feedback_ids":["1","2"]}"#)
    }

    @Test(arguments: [
        (#"{"value":1}"#, "params.trace_id"), (#"{"trace_id":"t"}"#, "params.value"),
        (#"{"trace_id":"t","value":11}"#, "params.value"), (#"{"trace_id":"t","value":1,"weight":-0.1}"#, "params.weight"),
        (#"{"feedback":[]}"#, "params.feedback"), (#"{"feedback":[1]}"#, "params.feedback[0]"),
        (#"{"feedback":[{"trace_id":"t","value":1},{"value":1}]}"#, "params.feedback[1].trace_id"),
        (#"{"feedback":[{"trace_id":"t","value":1}],"weight":1}"#, "params.feedback"),
        (#"{"trace_id":"t","value":1,"metadata":[]}"#, "params.metadata"),
    ])
    func `a fault in feedback is named`(json: String, path: String) {
        let error = #expect(throws: ParamsError.self) { try feedback(json) }
        #expect(error?.path == path)
    }

    @Test func `usage, followers and exports read as they were written`() throws {
        let usage = UsageGet.Params(time: TimeRange(from: "a", to: "b"), groupBy: ["user"])
        var document = try JSONDocument(text(usage.write))
        #expect(try UsageGet.Params(from: document, document.root) == usage)
        var filter = LogFilter()
        filter.user = "ada"
        filter.uid = 7
        filter.unit = "u"
        filter.policy = "p"
        filter.config = "c"
        filter.cacheStatus = "HIT"
        let tail = LogsTail.Params(filter: filter, after: "17")
        document = try JSONDocument(text(tail.write))
        #expect(try LogsTail.Params(from: document, document.root) == tail)
        let export = LogsExport.Params(filter: filter, format: .csv)
        document = try JSONDocument(text(export.write))
        #expect(try LogsExport.Params(from: document, document.root) == export)
        document = try JSONDocument(#"{"format":"xml"}"#)
        let wrong = document
        #expect(throws: ParamsError.self) { try LogsExport.Params(from: wrong, wrong.root) }
    }

    @Test func `money that nobody knows is null in sums too`() {
        var sums = UsageGet.Sums()
        func cost(_ sums: UsageGet.Sums) -> Bool {
            let result = UsageGet.Result(from: "", to: "", isApproximate: false, isTruncated: false, total: sums, usage: [])
            return text(result.write).contains(#""cost":{"nano_usd":null,"status":"unpriced"}"#)
        }
        #expect(!cost(sums))
        sums.requests = 2
        sums.unpricedRequests = 2
        #expect(cost(sums))
        sums.unpricedRequests = 1
        #expect(!cost(sums))
    }
}
