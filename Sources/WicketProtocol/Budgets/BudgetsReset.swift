// SPDX-License-Identifier: Apache-2.0

/// Forgets what was spent of a budget in its present window. What is reserved for calls under way stays so, and the log keeps its
/// rows; who did it is in the audit log.
package enum BudgetsReset: RPCMethod {
    package static let name = "budgets.reset"
    package static let group = RPCGroup.budgets
    package static let socket = RPCSocket.admin
    package static let summary = "Forgets what was spent of a budget in its present window."

    package typealias Params = IdentifierParams
    package typealias Result = BudgetDescription
}
