// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import Testing

private let dollar = 1_000_000_000

struct BudgetBookTests {
    private let scope = SpendingScope(
        owner: "virtual_key/prod", SpendingRules(usage: [UsageLimit(.usd, .daily, amount: 5 * dollar, alertShares: [0.5, 0.8])]))
    private func call(_ cents: Int) -> Spending { Spending(nanoUSD: cents * dollar / 100, tokens: 0) }
    private let noon = 1_795_608_000_000

    private func refusal(_ verdict: BudgetVerdict) -> GatewayFailure? {
        if case .refused(let refusal) = verdict { refusal.failure } else { nil }
    }

    @Test func `fifty calls of ten cents fit into five dollars, and not one more`() {
        var book = BudgetBook()
        for id in 1...50 { #expect(refusal(book.reserve(id, [scope], call(10), wall: noon)) == nil) }
        let failure = refusal(book.reserve(51, [scope], call(10), wall: noon))
        #expect(failure?.code == .budgetExceeded && failure?.retryable == false)
        #expect(
            failure?.message
                == "The daily budget of virtual key 'prod' has $0.00 of $5.00 left, and this call may cost up to $0.10. "
                + "It begins anew at 2026-11-26T00:00:00.000Z.")
        // What one gives back another may have.
        _ = book.settle(7, call(4))
        #expect(refusal(book.reserve(52, [scope], call(6), wall: noon)) == nil)
        #expect(refusal(book.reserve(53, [scope], call(1), wall: noon)) != nil)
    }

    @Test func `all budgets of a try are drawn on, or none`() {
        var book = BudgetBook()
        let tight = SpendingScope(owner: "budget/b", SpendingRules(usage: [UsageLimit(.tokens, .total, amount: 10)]))
        #expect(refusal(book.reserve(1, [scope, tight], Spending(nanoUSD: 5, tokens: 11), wall: noon)) != nil)
        let account = scope.account(scope.rules.usage[0])
        #expect(book.standing(account, BudgetPeriod.daily.window(at: noon)).reserved == 0)
        #expect(book.openCount == 0)
    }

    @Test func `each alert is given once in a window, at the settlement that reaches it`() {
        var book = BudgetBook()
        var told: [Double] = []
        for (id, cents) in [(1, 200), (2, 49), (3, 1), (4, 160), (5, 10)] {
            _ = book.reserve(id, [scope], call(cents), wall: noon)
            for case .reached(let share, _, _) in book.settle(id, call(cents))?.1 ?? [] { told.append(share) }
        }
        #expect(told == [0.5, 0.8])
        _ = book.reserve(9, [scope], call(300), wall: noon + 86_400_000)
        #expect(book.settle(9, call(300))?.1.count == 1)
    }

    @Test func `what a provider bills beyond the reserved is counted, and told`() {
        var book = BudgetBook()
        guard case .reserved(let claims) = book.reserve(1, [scope], call(10), wall: noon) else { return }
        let settled = book.settle(1, call(700))
        let charge = BudgetCharge(account: claims[0].account, window: claims[0].window.start, amount: 7 * dollar)
        #expect(settled?.0.charges == [charge])
        #expect(settled?.1.first == .overshot(claims[0], actual: 7 * dollar))
        #expect(refusal(book.reserve(2, [scope], call(0), wall: noon)) != nil)
    }

    @Test func `a reservation is settled into the window that it was made in, whatever the clock does`() {
        var book = BudgetBook()
        let midnight = BudgetPeriod.daily.window(at: noon).end!
        _ = book.reserve(1, [scope], call(500), wall: midnight - 1)
        #expect(refusal(book.reserve(2, [scope], call(500), wall: midnight)) == nil)
        #expect(book.settle(1, call(500))?.0.charges[0].window == BudgetPeriod.daily.window(at: noon).start)
        // Set back, and the day before is as full as it was.
        #expect(refusal(book.reserve(3, [scope], call(1), wall: midnight - 1)) != nil)
        // A year ahead and back again.
        _ = book.reserve(4, [scope], call(1), wall: midnight + 365 * 86_400_000)
        #expect(refusal(book.reserve(5, [scope], call(1), wall: midnight - 1)) != nil)
    }

    @Test func `a model without a price is refused under dollars, and passes where that is allowed`() {
        var book = BudgetBook()
        let unpriced = Spending(nanoUSD: nil, tokens: 10)
        #expect(refusal(book.reserve(1, [scope], unpriced, wall: noon))?.message.contains("prices:") == true)
        #expect(refusal(book.reserve(1, [scope], unpriced, wall: noon, isUnpricedAllowed: true)) == nil)
        #expect(book.settle(1, unpriced)?.0.charges[0].amount == 0)
        let tokens = SpendingScope(owner: "budget/b", SpendingRules(usage: [UsageLimit(.tokens, .total, amount: 10)]))
        #expect(refusal(book.reserve(2, [tokens], unpriced, wall: noon)) == nil)
    }

    @Test func `what was spent before a restart counts, and a reset takes back what was`() {
        var book = BudgetBook()
        let account = scope.account(scope.rules.usage[0])
        let window = BudgetPeriod.daily.window(at: noon)
        book.load([BudgetCharge(account: account, window: window.start, amount: 5 * dollar)])
        #expect(refusal(book.reserve(1, [scope], call(1), wall: noon)) != nil)
        #expect(book.adjust(BudgetCharge(account: account, window: window.start, amount: -5 * dollar)) == 0)
        #expect(refusal(book.reserve(1, [scope], call(1), wall: noon)) == nil)
    }

    @Test func `values without end do not fill the memory`() {
        var book = BudgetBook()
        var refused = 0
        for number in 0..<(BudgetBook.mostAccounts + 100) {
            let each = SpendingScope(owner: scope.owner, value: String(number), scope.rules)
            if refusal(book.reserve(number, [each], call(1), wall: noon)) != nil { refused += 1 }
            _ = book.settle(number, .nothing)
        }
        #expect(refused == 100)
        // The next day there is room again.
        #expect(refusal(book.reserve(-1, [scope], call(1), wall: noon + 86_400_000)) == nil)
    }
}
