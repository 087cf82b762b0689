// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer
@testable import WicketCommands

@Suite(.timeLimit(.minutes(2)))
struct AuditTests {
    private let entry = """
        {"id":17,"at":"2026-03-01T09:00:30.5Z","kind":"key.diverted","actor":{"pid":1,"uid":1000,"gid":1000,\
        "executable":"/bin/x","unit":"app.service","container":null},"subject":"prod","detail":"Not sent.","hash":"00"}
        """

    @Test func `the log is a table of who did what`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { [entry] request, server in
            #expect(request["method"].string == "audit.list")
            #expect(
                request["params"].json
                    == #"{"filter":{"kind":"key.diverted","uid":1000,"since":"2026-01-01T00:00:00Z"},"limit":5,"cursor":null}"#)
            server.reply(request, result: #"{"entries":[\#(entry)],"next_cursor":null}"#)
        }
        let arguments = ["audit", "list", "--kind", "key.diverted", "--uid", "1000", "--since", "2026-01-01T00:00:00Z", "-l", "5"]
        let outcome = await tool.start(arguments).outcome()
        #expect(
            outcome.output == """
                ID  TIME                 KIND          SUBJECT  WHO                     DETAIL
                17  2026-03-01 09:00:30  key.diverted  prod     uid 1000 (app.service)  Not sent.

                """)
        #expect(outcome.code == 0)
    }

    @Test(arguments: [false, true])
    func `a log that is not as it was ends with 1 and says where`(json: Bool) async throws {
        let tool = Tool(server: try TestServer())
        let hash = String(repeating: "ab", count: 32)
        let result = #"{"entries":2,"head":"\#(hash)","valid":false,"first_bad_id":3,"reason":"entry 3 is missing"}"#
        tool.server.serve { request, server in
            #expect(request["params"].json == #"{"expect":"\#(hash)"}"#)
            server.reply(request, result: result)
        }
        let outcome = await tool.start(["audit", "verify", "--expect", hash] + (json ? ["--json"] : [])).outcome()
        #expect(outcome.code == 1)
        #expect(outcome.output == (json ? result + "\n" : ""))
        #expect(outcome.error.contains("entry 3 is missing"))
    }

    @Test func `a log that is as it was ends with 0 and says its head`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["params"].json == "{}")
            server.reply(request, result: #"{"entries":2,"head":"ab","valid":true,"first_bad_id":null,"reason":null}"#)
        }
        let outcome = await tool.run("audit", "verify")
        #expect(outcome.code == 0)
        #expect(outcome.output == "2 entries, none changed, removed or added.\nhead ab\n")
    }
}
