// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// A budget of the configuration.
package struct NamedBudget: Sendable, Equatable {
    package var name: String
    /// nil: only the calls of policies that name it draw on it.
    package var match: BudgetMatch?
    package var rules: SpendingRules

    package init(name: String, match: BudgetMatch?, rules: SpendingRules) {
        self.name = name
        self.match = match
        self.rules = rules
    }

    package var owner: String { "budget/\(name)" }
}

/// `budgets:` of the configuration, whole.
package struct BudgetRules: Sendable, Equatable {
    /// What becomes of a call that something stands against.
    package enum Answer: String, CaseIterable, Sendable { case refuse, allow }

    package var budgets: [NamedBudget]
    /// Of a call whose reservation the disk does not take.
    package var onStoreFailure: Answer
    /// Of a call whose model has no price, under a budget in dollars.
    package var unpriced: Answer
    package let looksAtMetadata: Bool

    package init(budgets: [NamedBudget] = [], onStoreFailure: Answer = .refuse, unpriced: Answer = .refuse) {
        self.budgets = budgets
        self.onStoreFailure = onStoreFailure
        self.unpriced = unpriced
        looksAtMetadata = budgets.contains { $0.match?.looksAtMetadata ?? false }
    }

    /// Everything that a try is counted in; empty where nothing limits it.
    /// - Throws: `not_found` when its policy names a budget that there is not: what was meant to be limited is not let through.
    package func scopes(of subject: BudgetSubject) throws(GatewayFailure) -> [SpendingScope] {
        var scopes: [SpendingScope] = []
        if let key = subject.virtualKey, !subject.keyRules.isEmpty {
            scopes.append(SpendingScope(owner: Self.owner(ofKey: key), subject.keyRules))
        }
        var isNamedKnown = subject.policyBudget == nil
        for budget in budgets {
            let isNamed = budget.name == subject.policyBudget
            isNamedKnown = isNamedKnown || isNamed
            let value = budget.match?.value(of: subject)
            let isGrouped = budget.match?.isGrouped ?? false
            // What does not say whose account it is cannot draw on one of many.
            guard budget.match?.matches(value) ?? false || isNamed && (!isGrouped || value != nil) else { continue }
            scopes.append(SpendingScope(owner: budget.owner, value: isGrouped ? value : nil, budget.rules))
        }
        if !isNamedKnown {
            throw GatewayFailure(
                .notFound,
                "The policy '\(subject.policy ?? "")' draws on the budget '\(subject.policyBudget ?? "")', which there is not: "
                    + "write it under budgets: in the configuration, or take it out of the policy.")
        }
        return scopes
    }

    package static func owner(ofKey name: String) -> String { "virtual_key/\(name)" }
}
