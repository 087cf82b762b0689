// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer
@testable import WicketCommands

private func target(_ id: String, _ state: String, until: String? = nil, rejected: Bool = false) -> String {
    let until = until.map { "\"\($0)\"" } ?? "null"
    return """
        {"id":"\(id)","provider":"p","virtual_key":null,"model":"m","state":"\(state)","failures":2,"open_until":\(until),\
        "latency_ms":{"ewma":812.4},"in_flight":1,"requests":41,"key_rejected":\(rejected)}
        """
}

@Suite(.timeLimit(.minutes(2)))
struct TargetsTests {
    private let open = target("p/k/m", "open", until: "2026-03-01T09:00:30.5Z")

    @Test func `targets are shown with their breakers`() throws {
        let targets = try WicketValue(json: "[\(open),\(target("q/k/m", "half_open")),\(target("r", "closed", rejected: true))]")
        let table = TargetTable(targets.elements)
        #expect(
            table.lines(width: nil, style: Style(isOn: false)) == [
                "TARGET  STATE                FAILURES  LATENCY  IN FLIGHT  REQUESTS  KEY",
                "p/k/m   open until 09:00:30         2   812 ms          1        41  -",
                "q/k/m   half open                   2   812 ms          1        41  -",
                "r       closed                      2   812 ms          1        41  refused",
            ])
        let painted = table.lines(width: nil, style: Style(isOn: true))
        #expect(painted[1].hasPrefix("\u{1B}[31mp/k/m") && painted[2].hasPrefix("\u{1B}[33mq/k/m"))
    }

    @Test func `watching asks again and again until it is stopped`() async throws {
        let tool = Tool(server: try TestServer())
        let running = tool.start(["targets", "--watch", "--json"])
        for _ in 0..<2 {
            let request = await tool.server.receive()
            #expect(request?["method"].string == "targets.list")
            tool.server.reply(request, result: #"{"targets":[]}"#)
        }
        // Asked only once the second answer is printed.
        #expect(await tool.server.receive() != nil)
        running.process.interrupt()
        let outcome = await running.outcome()
        #expect(outcome.code == 130)
        #expect(outcome.output == "{\"targets\":[]}\n{\"targets\":[]}\n")
    }

    @Test func `a target is tripped and reset by its id`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { [open] request, server in
            let isTrip = request["method"].string == "targets.trip"
            #expect(request["params"].json == (isTrip ? #"{"id":"p/k/m","for_ms":60000}"# : #"{"id":"p/k/m"}"#))
            server.reply(request, result: isTrip ? open : target("p/k/m", "closed"))
        }
        let tripped = await tool.run("targets", "trip", "p/k/m", "--for", "60")
        #expect(tripped.output == "p/k/m is open until 2026-03-01 09:00:30.\n")
        #expect(await tool.run("targets", "reset", "p/k/m").output == "p/k/m is closed.\n")
        #expect(await tool.run("targets", "trip", "p/k/m", "--for", "0").code == 2)
    }

    @Test func `a target that is not known, and none at all, say what to do`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            if request["method"].string == "targets.list" { return server.reply(request, result: #"{"targets":[]}"#) }
            server.reply(request, error: #"{"code":1002,"message":"No.","data":{"type":"not_found"}}"#)
        }
        let missing = await tool.run("targets", "reset", "x")
        #expect(missing.code == 1 && missing.error.contains("`wicket targets`"))
        let none = await tool.run("targets")
        #expect(none.code == 0 && none.output.isEmpty && none.error.contains("wicket chat"))
    }
}
