// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// How every budget stands: those of the configuration, then those of virtual keys. One that counts each value for itself has an
/// entry for each value that has drawn on it in the present window.
package enum BudgetsList: RPCMethod {
    package static let name = "budgets.list"
    package static let group = RPCGroup.budgets
    package static let socket = RPCSocket.admin
    package static let summary = "Lists all budgets and what was spent of them."

    package struct Result: Sendable {
        package var budgets: [BudgetDescription]
        package init(budgets: [BudgetDescription]) { self.budgets = budgets }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("budgets")
            json.beginArray()
            for budget in budgets { budget.write(to: &json) }
            json.endArray()
            json.endObject()
        }
    }
}
