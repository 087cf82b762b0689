// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer
@testable import WicketCommands

private func span(_ name: String, _ offset: Double, _ took: Double, error: String? = nil, _ children: String = "") -> String {
    let error = error.map { "\"\($0)\"" } ?? "null"
    return """
        {"name":"\(name)","offset_ms":\(offset),"duration_ms":\(took),"error":\(error),"children":[\(children)]}
        """
}

@Suite(.timeLimit(.minutes(2)))
struct TracesTests {
    private let spans: String = {
        let tries = span("chat a", 0, 8, error: "upstream_error") + "," + span("chat b", 16, 16)
        return "[\(span("chat.completions.create", 0, 32, tries))]"
    }()

    @Test func `a trace is drawn as bars in time`() throws {
        let waterfall = Waterfall(try WicketValue(json: spans))
        #expect(
            waterfall.lines(width: nil, style: Style(isOn: false)) == [
                "chat.completions.create  ████████████████████████████████     32 ms",
                "  chat a                 ████████························    8.0 ms  upstream_error",
                "  chat b                 ················████████████████     16 ms",
            ])
    }

    @Test func `a narrow terminal cuts names, never bars`() throws {
        let lines = Waterfall(try WicketValue(json: spans)).lines(width: 60, style: Style(isOn: false))
        #expect(lines[0].hasPrefix("chat.completi…  ████"))
    }

    @Test func `spans of no time and of no trace are drawn too`() throws {
        #expect(Waterfall(try WicketValue(json: "[]")).lines(width: nil, style: Style(isOn: false)).isEmpty)
        let foreign = Waterfall(try WicketValue(json: "[\(span("x\\u001b[2J\\ny", 0, 0))]"))
        let line = foreign.lines(width: nil, style: Style(isOn: false))
        #expect(line.count == 1 && line[0].hasPrefix("x[2J y  █···"))
    }

    @Test func `without a trace the latest are listed`() async throws {
        let tool = Tool(server: try TestServer())
        let running = tool.start(["traces", "--limit", "7"])
        let request = await tool.server.receive()
        #expect(request?["method"].string == "traces.list")
        #expect(request?["params"]["limit"].int == 7)
        tool.server.reply(
            request,
            result: #"""
                {"traces":[{"trace_id":"t1","name":"draft","started_at":"2026-03-01T09:00:00.120Z","duration_ms":812.4,
                "requests":2,"attempts":3,"errors":1}],"next_cursor":null}
                """#.replacingOccurrences(of: "\n", with: ""))
        let outcome = await running.outcome()
        #expect(
            outcome.output == """
                TRACE  STARTED              NAME   REQUESTS  TRIES  ERRORS    TOOK
                t1     2026-03-01 09:00:00  draft         2      3       1  812 ms

                """)
    }

    @Test func `metrics are printed as they are scraped`() async throws {
        let tool = Tool(server: try TestServer())
        let running = tool.start(["metrics"])
        let request = await tool.server.receive()
        #expect(request?["method"].string == "metrics.scrape")
        tool.server.reply(request, result: #"{"content_type":"text/plain","text":"a 1\nb 2\n"}"#)
        #expect(await running.outcome().output == "a 1\nb 2\n")
    }
}
