// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Routing
import TestSupport

/// A plan's tree, written by hand.
indirect enum Tree {
    case leaf((inout PlanTarget) -> Void)
    case branch(StrategyMode, [Tree])
    /// Its place among its siblings.
    case placed(Tree, weight: Double = 1, priority: Int = 0, name: String? = nil)

    static var leaf: Tree { .leaf { _ in } }
    static func leaves(_ count: Int) -> [Tree] { Array(repeating: .leaf, count: count) }
    static func fallback(_ children: [Tree]) -> Tree { .branch(.fallback(codes: nil), children) }

    var plan: Plan {
        var targets: [PlanTarget] = []
        let root = node("config", &targets)
        return Plan(root: root, targets: targets)
    }

    private func node(_ path: String, _ targets: inout [PlanTarget]) -> PlanNode {
        switch self {
        case .leaf(let set):
            var target = PlanTarget(path: path)
            set(&target)
            targets.append(target)
            return .target(targets.count - 1)
        case .placed(let tree, _, _, _): return tree.node(path, &targets)
        case .branch(let mode, let children):
            var placed: [PlanChild] = []
            for (index, child) in children.enumerated() {
                var made = PlanChild(node: child.node("\(path).targets[\(index)]", &targets))
                if case .placed(_, let weight, let priority, let name) = child {
                    (made.weight, made.priority, made.name) = (weight, priority, name)
                }
                placed.append(made)
            }
            return .strategy(PlanStrategy(path: path, mode: mode, children: placed))
        }
    }
}

/// What a scripted provider does, in the order in which it is asked.
enum Scripted: Sendable {
    case status(Int, retryAfter: Int? = nil)
    case broken
    case timeout
    case fault

    var result: TryResult {
        switch self {
        case .status(let status, let wait):
            TryResult(end: .answered(status: status, latency: 5_000_000), retryAfterMilliseconds: wait)
        case .broken: TryResult(end: .broken)
        case .timeout: TryResult(end: .timedOut)
        case .fault: TryResult(end: .broken, isGatewayFault: true)
        }
    }
}

/// Runs routes over a virtual clock.
struct RouteDriver {
    let plan: Plan
    var route: Route
    var candidates: [Candidate] = []
    var health = TargetHealth()
    var random = SeededRandom(seed: 1)
    var facts: RoutingFacts
    var now: UInt64 = 1_000_000_000
    /// What the dice show when a call starts, in 0..<1; nil: what they like.
    var firstValue: Double?
    /// The targets that were asked, in order, and the waits.
    private(set) var asked: [Int] = []
    private(set) var waits: [Int] = []

    init(_ plan: Plan, deadline: UInt64? = nil, facts: RoutingFacts = .none) {
        self.plan = plan
        self.facts = facts
        route = Route(plan, deadline: deadline)
        for target in plan.targets {
            candidates.append(Candidate(slot: health.slot(of: TargetID(provider: "p", key: target.path, model: "m"))))
        }
    }

    init(_ tree: Tree, deadline: UInt64? = nil) { self.init(tree.plan, deadline: deadline) }

    /// A new call, in the same world.
    mutating func renew() {
        route = Route(plan)
        asked = []
        waits = []
    }

    /// Runs a call to its end; each try takes 5 ms. A script that is too short goes on with 200.
    mutating func run(_ script: [Scripted] = []) -> RouteStep {
        var script = script[...]
        var step = start()
        while true {
            switch step {
            case .attempt(let id, let target, _):
                asked.append(target)
                now += 5_000_000
                step = ended(id, script.popFirst() ?? .status(200))
            case .wait(let milliseconds):
                waits.append(milliseconds)
                now += UInt64(milliseconds) * 1_000_000
                step = waited()
            case .finish, .fail, .pending: return step
            }
        }
    }

    mutating func start() -> RouteStep {
        if let firstValue { return startWith(firstValue) }
        return route.start(facts, candidates, &health, now: now, random: &random)
    }

    mutating func ended(_ id: TryID, _ answer: Scripted) -> RouteStep { ended(id, answer.result) }

    mutating func ended(_ id: TryID, _ result: TryResult) -> RouteStep {
        route.ended(id, result, facts, candidates, &health, now: now, random: &random)
    }

    mutating func waited() -> RouteStep { route.waited(facts, candidates, &health, now: now, random: &random) }

    mutating func hedgeDue(_ id: TryID) -> (id: TryID, target: Int)? {
        route.hedgeDue(id, candidates, &health, now: now)
    }

    mutating func mayStream(_ id: TryID, _ status: Int = 200) -> StreamVerdict {
        route.mayStream(id, status: status, candidates, &health, now: now)
    }

    mutating func cancel() { route.cancel(candidates, &health, now: now) }

    // MARK: The world outside of the call

    /// Other calls fail until the target's breaker is open.
    mutating func openBreaker(_ target: Int) {
        let slot = candidates[target].slot
        for _ in 0..<100 {
            guard case .open = health.begin(slot, isExtra: false, now: now) else { return }
            health.end(slot, .broken, asProbe: false, begun: now, plan.targets[target].breaker, now: now)
        }
    }

    /// Other calls are in flight to the target, and stay it.
    mutating func occupy(_ target: Int, times: Int) {
        for _ in 0..<times { _ = health.begin(candidates[target].slot, isExtra: false, now: now) }
    }

    /// Another call was answered well.
    mutating func serve(_ target: Int, latency: UInt64) {
        let slot = candidates[target].slot
        _ = health.begin(slot, isExtra: false, now: now)
        health.end(slot, .answered(status: 200, latency: latency), asProbe: false, begun: now, nil, now: now)
    }

    /// Starts a call whose dice show this value, in 0..<1.
    mutating func startWith(_ value: Double) -> RouteStep {
        var dice = Loaded(value: value)
        return route.start(facts, candidates, &health, now: now, random: &dice)
    }

    private struct Loaded: RandomNumberGenerator {
        let value: Double
        // The dice have 53 bits; below a half a number may have more, and must not fall below what it is compared with.
        func next() -> UInt64 { UInt64((value * 0x1p53).rounded(.up)) << 11 }
    }

    var explanation: String {
        var json = JSONWriter()
        route.writeExplanation(to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension RoutingFacts {
    static var none: RoutingFacts { RoutingFacts(metadata: nil, params: (JSONDocument(), JSONNode.none), urlPath: "/") }
}

extension JSONNode {
    fileprivate static var none: JSONNode { JSONDocument().root }
}

extension TryID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self.init(number: value) }
}

extension RouteStep {
    var attempt: (id: TryID, target: Int)? {
        if case .attempt(let id, let target, _) = self { (id, target) } else { nil }
    }

    var isWait: Bool { if case .wait = self { true } else { false } }

    /// The time to the earliest probe, when all breakers are open.
    var circuitOpen: Int? {
        if case .fail(.circuitOpen(let milliseconds)) = self { milliseconds } else { nil }
    }
}
