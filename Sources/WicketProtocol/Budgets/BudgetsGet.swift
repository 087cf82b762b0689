// SPDX-License-Identifier: Apache-2.0

/// How one budget stands.
package enum BudgetsGet: RPCMethod {
    package static let name = "budgets.get"
    package static let group = RPCGroup.budgets
    package static let socket = RPCSocket.admin
    package static let summary = "One budget and what was spent of it."

    package typealias Params = IdentifierParams
    package typealias Result = BudgetDescription
}
