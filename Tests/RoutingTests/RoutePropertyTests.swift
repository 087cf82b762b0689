// SPDX-License-Identifier: Apache-2.0
import Routing
import TestSupport
import Testing

/// Random plans under random ends, with second tries, cancels and open breakers: what must never happen, never does.
@Suite struct RoutePropertyTests {
    struct World {
        var random: SeededRandom
        var leaves = 0
        /// What the plan allows, counted from the tree alone.
        var mostTries = 0

        mutating func number(_ below: Int) -> Int { Int.random(in: 0..<below, using: &random) }

        mutating func tree(depth: Int) -> Tree {
            if depth == 0 || random.chance(3) { return leaf() }
            let modes: [StrategyMode] = [
                .single, .fallback(codes: nil), .fallback(codes: [429, 500]), .loadBalance(sticky: nil), .leastBusy,
                .leastLatency, .leastCost, .priority(codes: nil), .conditional([], otherwise: 0),
            ]
            let children = (0..<1 + number(4)).map { _ in
                Tree.placed(tree(depth: depth - 1), weight: Double(number(3)), priority: number(2))
            }
            return .branch(modes[number(modes.count)], children)
        }

        mutating func leaf() -> Tree {
            leaves += 1
            let attempts = number(4)
            let isHedged = random.chance(2)
            let isLast = random.chance(5)
            mostTries += 1 + attempts + (isHedged ? 1 : 0)
            return .leaf {
                $0.retry = RetryRule(attempts: attempts, usesRetryAfter: attempts > 1)
                $0.hedge = isHedged ? HedgeRule(delay: .milliseconds(10), mostExtraPercent: 100) : nil
                $0.isLastResort = isLast
            }
        }

        mutating func end() -> TryResult {
            switch number(12) {
            case 0, 1: TryResult(end: .broken)
            case 2: TryResult(end: .timedOut)
            case 3: TryResult(end: .answered(status: 429, latency: 1), retryAfterMilliseconds: number(40_000))
            case 4, 5, 6: TryResult(end: .answered(status: 500 + number(5), latency: 1))
            case 7: TryResult(end: .answered(status: 400, latency: 1))
            case 8: TryResult(end: .cancelled, isGatewayFault: true)
            case 9: TryResult(end: .broken, hasSentChunks: true)
            default: TryResult(end: .answered(status: 200, latency: 1))
            }
        }
    }

    @Test func `tries stay within the plan, end once each, and none follows the end of a call`() {
        for seed in 0..<3000 {
            var world = World(random: SeededRandom(seed: UInt64(seed)))
            var driver = RouteDriver(world.tree(depth: 3))
            driver.random = SeededRandom(seed: UInt64(seed) &+ 1)
            for target in driver.plan.targets.indices {
                if world.random.chance(6) { driver.openBreaker(target) }
                if world.random.chance(9) { driver.candidates[target].isUsable = false }
                for _ in 0..<4 where world.random.chance(2) { driver.serve(target, latency: 5_000_000) }
            }
            let inFlight = driver.inFlight
            Self.play(&driver, &world, seed)
            #expect(driver.route.tries <= world.mostTries, "seed \(seed)")
            #expect(driver.inFlight == inFlight, "seed \(seed): a try was begun or ended too often")
        }
    }

    private static func play(_ driver: inout RouteDriver, _ world: inout World, _ seed: Int) {
        var running: [TryID] = []
        var committed: TryID?
        var open = driver.open
        var step = driver.start()
        var begun = 0
        func begins(_ id: TryID, _ target: Int) {
            #expect(id.number == begun && committed == nil, "seed \(seed)")
            let isLastResort = begun == 0 && driver.plan.targets[target].isLastResort
            #expect(!open.contains(target) || isLastResort, "seed \(seed): its breaker is open")
            begun += 1
            running.append(id)
        }
        while true {
            switch step {
            case .attempt(let id, let target, _): begins(id, target)
            case .wait(let milliseconds):
                #expect(running.isEmpty, "seed \(seed): no try runs during a wait")
                driver.now += UInt64(milliseconds) * 1_000_000
                if world.random.chance(20) { return driver.cancel() }
                open = driver.open
                step = driver.waited()
                continue
            case .pending: #expect(!running.isEmpty, "seed \(seed): there is something to wait for")
            case .finish(_, let losing):
                #expect(running == (losing.map { [$0] } ?? []), "seed \(seed): what runs still is named")
                #expect(driver.isOver, "seed \(seed)")
                return
            case .fail:
                #expect(running.isEmpty && begun == 0, "seed \(seed): no answer only when nothing was asked")
                return
            }
            driver.now += 7_000_000
            open = driver.open
            if world.random.chance(20) { return driver.cancel() }
            if committed == nil, world.random.chance(3), let second = driver.hedgeDue(running[0]) {
                begins(second.id, second.target)
            }
            #expect(running.count <= 2, "seed \(seed)")
            let id = running[world.number(running.count)]
            if committed == nil, world.random.chance(4), case .send(let losing) = driver.mayStream(id) {
                committed = id
                running.removeAll { $0 == losing }
            }
            running.removeAll { $0 == committed ?? id }
            step = driver.ended(committed ?? id, world.end())
        }
    }
}

extension RouteDriver {
    fileprivate var inFlight: [Int] { candidates.map { health.inFlight($0.slot) } }

    fileprivate var open: Set<Int> {
        Set(
            candidates.indices.filter {
                if case .refused = health.mayAdmit(candidates[$0].slot, now: now) { true } else { false }
            })
    }

    /// Nothing that is told after the end brings a step.
    fileprivate var isOver: Bool {
        var later = self
        for number in 0..<route.tries {
            let id = TryID(number: number)
            guard later.ended(id, .status(500)) == .pending, later.hedgeDue(id) == nil, later.mayStream(id) == .hold else {
                return false
            }
        }
        return later.waited() == .pending && later.inFlight == inFlight
    }
}
