// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import WicketProtocol

extension ConfigurationKey<ConfigurationSource> {
    static var budgets: Self {
        Self(
            path: "budgets", type: "a mapping of names to budgets; `on_store_failure` and `unpriced` in it say refuse or allow",
            fallback: "none",
            summary: "What may be spent by whom, beside the limits of virtual keys."
        ) { (node, source) throws(ValueFault) in
            source.budgets = try budgetRules(node)
        }
    }
}

private typealias Mark = (mark: SourceMark, message: String)

private func budgetRules(_ node: YAMLNode) throws(ValueFault) -> BudgetRules {
    if node.isNull { return BudgetRules() }
    var budgets: [NamedBudget] = []
    var (onStoreFailure, unpriced) = (BudgetRules.Answer.refuse, BudgetRules.Answer.refuse)
    var faults: [Mark] = []
    for entry in try mapping(node) {
        do throws(ValueFault) {
            switch entry.name {
            case "on_store_failure": onStoreFailure = try answer(entry)
            case "unpriced": unpriced = try answer(entry)
            default: budgets.append(try namedBudget(entry))
            }
        } catch { faults += error.faults }
    }
    if !faults.isEmpty { throw ValueFault(faults) }
    return BudgetRules(budgets: budgets, onStoreFailure: onStoreFailure, unpriced: unpriced)
}

private func answer(_ entry: YAMLEntry) throws(ValueFault) -> BudgetRules.Answer {
    guard let answer = entry.value.text.flatMap(BudgetRules.Answer.init(rawValue:)) else {
        throw ValueFault(entry.value, "has \(quoted(entry.name)), which must be refuse or allow, not \(entry.value.kind)")
    }
    return answer
}

private func namedBudget(_ entry: YAMLEntry) throws(ValueFault) -> NamedBudget {
    guard EntryName.isValid(entry.name) else {
        throw ValueFault([
            (
                entry.mark,
                "has \(quoted(entry.name)), which is no name: 1 to 128 letters, digits, `.`, `_` or `-`, the first a letter or a "
                    + "digit"
            )
        ])
    }
    var match: BudgetMatch?
    var (usage, rates): ([UsageLimit], [RateLimit]) = ([], [])
    var faults: [Mark] = []
    for member in try mapping(entry.value) {
        do throws(ValueFault) {
            switch member.name {
            case "scope": match = try scope(member)
            case "usage_limits": usage = try limits(member) { (text) throws(GatewayFailure) in try LimitReader.usage(text) }
            case "rate_limits": rates = try limits(member) { (text) throws(GatewayFailure) in try LimitReader.rates(text) }
            default: throw ValueFault([(member.mark, unknown(member.name, of: entry.name))])
            }
        } catch { faults += error.faults }
    }
    if faults.isEmpty, usage.isEmpty, rates.isEmpty {
        faults.append((entry.mark, "has \(quoted(entry.name)), which limits nothing: give it usage_limits or rate_limits"))
    }
    if !faults.isEmpty { throw ValueFault(faults) }
    return NamedBudget(name: entry.name, match: match, rules: SpendingRules(usage: usage, rates: rates))
}

private func scope(_ member: YAMLEntry) throws(ValueFault) -> BudgetMatch {
    guard let match = member.value.text.flatMap(BudgetMatch.init) else {
        throw ValueFault(member.value, "has a `scope` that is none of \(BudgetMatch.forms)")
    }
    return match
}

private func limits<Limit>(
    _ member: YAMLEntry, _ read: ([UInt8]) throws(GatewayFailure) -> [Limit]
) throws(ValueFault) -> [Limit] {
    if member.value.isNull { return [] }
    do throws(GatewayFailure) { return try read(json(member.value.write)) } catch {
        throw ValueFault(member.value, "has \(quoted(error.path ?? member.name)): \(error.message)")
    }
}

private func unknown(_ name: String, of budget: String) -> String {
    let known = ["scope", "usage_limits", "rate_limits"]
    let meant = nearestName(to: name, among: known).map { "did you mean `\($0)`?" }
        ?? "known here: \(known.joined(separator: ", "))"
    return "has \(quoted(budget)) with \(quoted(name)), which is not a key; \(meant)"
}
