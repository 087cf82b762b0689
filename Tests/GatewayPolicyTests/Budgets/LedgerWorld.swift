// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import GatewayPolicy
import TestSupport

/// A bug that is planted between the world and the ledger: the checker has to find each.
enum PlantedBug: CaseIterable {
    case forgetsToSettle, settlesTwice, admitsWhatWasRefused, looksAtAnotherClock, losesALimit, refillsTooFast, refusesTooMuch
}

/// Many callers at once against a few limits: admitted, refused, settled, never sent, over the ends of windows and with a clock
/// that jumps. What the ledger says is held against a checker that shares no code with it.
struct LedgerWorld {
    private var random: SeededRandom
    private var ledger = SpendingLedger()
    private var checker = LedgerChecker()
    private let bug: PlantedBug?
    private var wall: Int
    private var now = 0
    private var nextID = 1
    private var open: [(id: Int, scopes: [SpendingScope], worst: Spending)] = []
    private(set) var admitted = 0
    private(set) var refused = 0
    private(set) var slowedDown = 0

    init(seed: UInt64, bug: PlantedBug? = nil) {
        random = SeededRandom(seed: seed)
        self.bug = bug
        wall = Int.random(in: 1_000_000_000_000...2_000_000_000_000, using: &random)
    }

    /// - Returns: what is wrong, or nil.
    mutating func run(steps: Int) -> String? {
        let owners = (0..<4).map { owner($0) }
        for step in 0..<steps {
            pass()
            if open.isEmpty || random.chance(2) { start(owners) } else { end(Int.random(in: 0..<open.count, using: &random)) }
            if let fault = checker.fault { return "step \(step): \(fault)" }
        }
        while !open.isEmpty { end(0) }
        return checker.fault ?? checker.difference(ledger, wall: wall)
    }

    private mutating func owner(_ number: Int) -> SpendingScope {
        var usage: [UsageLimit] = []
        for unit in BudgetUnit.allCases where random.chance(2) {
            let amount = Int.random(in: 1...40, using: &random) * (unit == .usd ? 100_000_000 : unit == .tokens ? 200 : 1)
            usage.append(UsageLimit(unit, BudgetPeriod.allCases.randomElement(using: &random)!, amount: amount))
        }
        var rates: [RateLimit] = []
        for unit in RateUnit.allCases where random.chance(3) {
            let amount = Int.random(in: 1...30, using: &random) * (unit == .tokens ? 100 : 1)
            rates.append(RateLimit(unit, RateSpan.allCases.randomElement(using: &random)!, amount: amount))
        }
        return SpendingScope(
            owner: number == 0 ? "virtual_key/k" : "budget/b\(number)", value: random.chance(2) ? "v/\(number)" : nil,
            SpendingRules(usage: usage, rates: rates))
    }

    /// Time goes on; the wall clock also jumps.
    private mutating func pass() {
        let most = random.chance(20) ? 90_000_000 : 3000
        let milliseconds = Int.random(in: 0...most, using: &random)
        wall += milliseconds
        now += milliseconds * 1_000_000
        if random.chance(200) { wall += Int.random(in: -3_600_000...3_600_000, using: &random) }
    }

    private mutating func start(_ owners: [SpendingScope]) {
        var scopes = owners.filter { _ in random.chance(2) }
        let worst = Spending(
            nanoUSD: Int.random(in: 0...900_000_000, using: &random), tokens: Int.random(in: 0...1500, using: &random))
        let id = nextID
        nextID += 1
        let expected = checker.verdict(scopes, worst, wall: wall, now: now)
        if bug == .losesALimit, !scopes.isEmpty { scopes.removeLast() }
        let shown = bug == .looksAtAnotherClock ? wall + 3_600_000 : wall
        let rateNow = bug == .refillsTooFast ? now * 2 : now
        let asked = bug == .refusesTooMuch ? Spending(nanoUSD: worst.nanoUSD! + 50_000_000, tokens: worst.tokens) : worst
        var verdict = ledger.admit(id, scopes, asked, wall: shown, now: rateNow)
        if bug == .admitsWhatWasRefused, case .tooMuch = verdict { verdict = .admitted([]) }
        switch verdict {
        case .admitted:
            admitted += 1
            checker.expect(expected == .admit, "admitted, but \(expected)")
            checker.admit(id, worst, wall: wall, now: now)
            open.append((id, scopes, worst))
        case .tooMuch:
            refused += 1
            checker.expect(expected == .tooMuch, "refused by a budget, but \(expected)")
        case .tooFast:
            slowedDown += 1
            checker.expect(expected == .tooFast, "refused by a rate, but \(expected)")
        }
    }

    private mutating func end(_ index: Int) {
        let (id, _, worst) = open.remove(at: index)
        let actual: Spending
        switch Int.random(in: 0..<8, using: &random) {
        case 0: actual = .nothing
        case 1: actual = Spending(nanoUSD: nil, tokens: nil)
        default:
            actual = Spending(
                nanoUSD: Int.random(in: 0...worst.nanoUSD!, using: &random),
                tokens: Int.random(in: 0...worst.tokens!, using: &random))
        }
        checker.settle(id, actual, now: now)
        if bug == .forgetsToSettle, random.chance(50) { return }
        let settled = ledger.settle(id, actual, now: bug == .refillsTooFast ? now * 2 : now)
        if bug == .settlesTwice, let charge = settled?.0.charges.first { ledger.adjust(charge) }
        checker.expect(settled != nil, "a reservation was not there any more")
        checker.expect(ledger.settle(id, actual, now: now) == nil, "a reservation was settled twice")
    }
}
