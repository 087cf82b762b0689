// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer
@testable import WicketCommands

private func budget(_ id: String, unit: String = "usd", spent: Int, reserved: Int = 0, ends: String? = nil) -> String {
    let end = ends.map { "\"\($0)\"" } ?? "null"
    return """
        {"id":"\(id)","name":null,"scope":null,"virtual_key":"k","value":null,"unit":"\(unit)","period":"daily",\
        "amount":2500000000,"spent":\(spent),"reserved":\(reserved),"left":\(2_500_000_000 - spent - reserved),\
        "window_start":null,"window_end":\(end),"alert_at":[0.4]}
        """
}

@Suite(.timeLimit(.minutes(2)))
struct BudgetsTests {
    @Test func `budgets are shown with bars, and what is spent stands out`() throws {
        let budgets = try WicketValue(
            json: "[\(budget("a", spent: 0)),\(budget("b", spent: 1_025_000_000, reserved: 1, ends: "2026-03-01T00:00:00.000Z")),"
                + "\(budget("c", unit: "tokens", spent: 2_500_000_000))]")
        let table = BudgetTable(budgets.elements)
        let lines = table.lines(width: nil, style: Style(isOn: false))
        #expect(
            lines == [
                "BUDGET       SPENT          OF                       RESERVED  BEGINS ANEW",
                "a            $0.00       $2.50  ·········· 0%               -  never",
                "b           $1.025       $2.50  ████······ 41%   $0.000000001  2026-03-01 00:00:00",
                "c       2500000000  2500000000  ██████████ 100%             -  never",
            ])
        let painted = table.lines(width: nil, style: Style(isOn: true))
        #expect(!painted[1].hasPrefix("\u{1B}") && painted[2].hasPrefix("\u{1B}[33m") && painted[3].hasPrefix("\u{1B}[31m"))
    }

    @Test func `a budget is shown and reset by its id`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["params"].json == #"{"id":"virtual_key/k/usd/daily"}"#)
            let spent = request["method"].string == "budgets.get" ? 7 : 0
            server.reply(request, result: budget("virtual_key/k/usd/daily", spent: spent))
        }
        #expect(await tool.run("budgets", "show", "virtual_key/k/usd/daily").output.contains("$0.000000007"))
        let reset = await tool.run("budgets", "reset", "virtual_key/k/usd/daily")
        #expect(reset.output == "virtual_key/k/usd/daily has $2.50 of $2.50 left.\n")
    }

    @Test func `where there is none, it says how to make one`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in server.reply(request, result: #"{"budgets":[]}"#) }
        #expect(await tool.run("budgets").error.contains("usage_limits"))
        #expect(await tool.run("budgets", "--json").output == "{\"budgets\":[]}\n")
    }
}
