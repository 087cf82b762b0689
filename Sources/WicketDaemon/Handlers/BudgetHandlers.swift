// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayPolicy
import KeyVault
import WicketProtocol

/// `budgets.*`: what may be spent and what was, over the admin socket.
enum BudgetHandlers {
    static let all: [String: MethodHandler] = [
        BudgetsList.name: .plain(.admin) { request async throws(GatewayFailure) in try list(request) },
        BudgetsGet.name: .plain(.admin) { request async throws(GatewayFailure) in try get(request) },
        BudgetsReset.name: .plain(.admin) { request async throws(GatewayFailure) in try await reset(request) },
    ]

    private static func list(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shelf = BudgetShelf(request.session.services.shared)
        return json(BudgetsList.Result(budgets: shelf.entries.flatMap(shelf.accounts).map(shelf.description)).write)
    }

    private static func get(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let id = try request.params(BudgetsGet.Params.init(from:_:)).id
        let shelf = BudgetShelf(request.session.services.shared)
        return json(shelf.description(try shelf.account(id)).write)
    }

    private static func reset(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let id = try request.params(BudgetsReset.Params.init(from:_:)).id
        let shared = request.session.services.shared
        let shelf = BudgetShelf(shared)
        let account = try shelf.account(id)
        let spent = account.entry.limit.unit.shown(shared.ledger.standing(id, account.window).spent)
        try await shared.ledger.reset(
            [(id, account.window)],
            AuditEvent(.budgetReset, by: request.peer, of: shortened(id, to: 128), detail: "\(spent) were forgotten"))
        return json(shelf.description(account).write)
    }
}

/// Every limit on usage that there is now, and its accounts.
private struct BudgetShelf {
    /// One usage limit of a virtual key or of a named budget.
    struct Entry {
        var scope: SpendingScope
        var limit: UsageLimit
        var budget: NamedBudget?
        var virtualKey: String?
    }
    /// One account of an entry in its present window.
    struct Account {
        var entry: Entry
        var name: String
        var value: String?
        var window: BudgetWindow
    }

    private let ledger: SharedLedger
    private let now: Int
    let entries: [Entry]

    init(_ shared: SharedServices) {
        ledger = shared.ledger
        now = shared.clock.wallMilliseconds()
        var entries: [Entry] = []
        for budget in shared.reloadable.budgets.budgets {
            let scope = SpendingScope(owner: budget.owner, budget.rules)
            entries += budget.rules.usage.map { Entry(scope: scope, limit: $0, budget: budget) }
        }
        for key in shared.vault.list() {
            guard let usage = try? LimitReader.usage(key.usageLimits) else { continue }
            let scope = SpendingScope(owner: BudgetRules.owner(ofKey: key.name), SpendingRules(usage: usage))
            entries += scope.rules.usage.map { Entry(scope: scope, limit: $0, virtualKey: key.name) }
        }
        self.entries = entries
    }

    func accounts(_ entry: Entry) -> [Account] {
        let window = entry.limit.period.window(at: now)
        let name = entry.scope.account(entry.limit)
        guard entry.isGrouped else { return [Account(entry: entry, name: name, window: window)] }
        return ledger.values(of: name, window).sorted().map { value in
            Account(entry: entry, name: "\(name)/\(value)", value: value, window: window)
        }
    }

    /// - Throws: `not_found`.
    func account(_ id: String) throws(GatewayFailure) -> Account {
        for entry in entries {
            let window = entry.limit.period.window(at: now)
            let name = entry.scope.account(entry.limit)
            if !entry.isGrouped, id == name { return Account(entry: entry, name: name, window: window) }
            if entry.isGrouped, id.hasPrefix(name + "/") {
                return Account(entry: entry, name: id, value: String(id.dropFirst(name.count + 1)), window: window)
            }
        }
        let near = nearestName(to: id, among: entries.flatMap(accounts).map(\.name))
        let hint = near.map { "Did you mean \($0)?" } ?? "budgets.list gives the ids of those that there are."
        throw GatewayFailure(.notFound, "There is no budget \(id). \(hint)", path: "params.id")
    }

    func description(_ account: Account) -> BudgetDescription {
        let limit = account.entry.limit
        let (spent, reserved) = ledger.standing(account.name, account.window)
        var description = BudgetDescription(
            id: account.name, unit: limit.unit.rawValue, period: limit.period.rawValue, amount: limit.amount, spent: spent,
            reserved: reserved, alertAt: limit.alertShares)
        description.name = account.entry.budget?.name
        description.scope = account.entry.budget?.match?.text
        description.virtualKey = account.entry.virtualKey
        description.value = account.value
        if let end = account.window.end {
            description.windowStart = Timestamp(milliseconds: account.window.start).description
            description.windowEnd = Timestamp(milliseconds: end).description
        }
        return description
    }
}

extension BudgetShelf.Entry {
    fileprivate var isGrouped: Bool { budget?.match?.isGrouped ?? false }
}
