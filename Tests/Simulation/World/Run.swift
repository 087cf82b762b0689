// SPDX-License-Identifier: Apache-2.0
import SimulationKit

/// What came of one seed.
package struct RunResult: Sendable {
    package let seed: UInt64
    /// Of everything that was observed.
    package let hash: UInt64
    package let events: Int
    package let calls: Int
    package let probes: ProbeCounts
    /// The invariant that was violated, and what happened before it.
    package let failure: String?
    /// All events, where they were asked for.
    package let trace: [String]
}

/// Runs one simulated world to its end: first whatever its faults do to it, then without any.
package func simulate(seed: UInt64, keepsTrace: Bool = false) -> RunResult {
    let world = World(seed: seed)
    world.schedule()
    let scheduled = world.scenario.calls.count
    func failed() -> Bool { world.violation != nil }
    if !world.loop.run(mostSteps: 1_000_000, until: { failed() || world.callsBegun == scheduled && world.callsInFlight == 0 }) {
        world.fail("calls are stuck: nothing is left that could end them")
    }
    if !failed() { recover(world) }
    if !failed() { world.endCheck() }
    return RunResult(
        seed: seed, hash: world.hash.value, events: world.trace.count, calls: world.callsBegun, probes: world.probes,
        failure: world.violation.map { story(of: world, $0, seed) }, trace: keepsTrace ? world.trace.map(\.description) : [])
}

/// All is well again and the longest cooldown has passed: one request to each target must find it, and then everything succeeds.
private func recover(_ world: World) {
    world.heal()
    checkIdle(world)
    var hasPassed = false
    world.loop.schedule(after: 10 * 60_000_000_000) { hasPassed = true }
    _ = world.loop.run(mostSteps: 100_000) { hasPassed }
    func settle() -> Bool {
        if !world.loop.run(mostSteps: 100_000, until: { world.violation != nil || world.callsInFlight == 0 }) {
            world.fail("calls are stuck in a world without faults")
        }
        return world.violation == nil
    }
    for target in world.scenario.targets.indices {
        world.begin(.afterwards(target: target))
        if !settle() { return }
    }
    for round in 0..<2 {
        for config in world.scenario.configs.indices {
            for tier in ConfigTree.tiers.indices { world.begin(.afterwards(config: config, tier: tier, stream: round == 1)) }
        }
    }
    if settle() { checkIdle(world) }
    if world.violation == nil, let remains = world.gateway?.remains(now: world.loop.now) { world.fail(remains) }
}

/// No call runs, so nothing else may.
private func checkIdle(_ world: World) {
    if world.transfersInFlight > 0 { world.fail("\(world.transfersInFlight) exchanges are open and no call is") }
    if world.loop.sleepers > 0 { world.fail("\(world.loop.sleepers) tasks sleep and no call is running") }
    if world.loop.timers > 0 { world.fail("\(world.loop.timers) timers are set and no call is running") }
}

extension Scenario.Call {
    fileprivate static func afterwards(target: Int = 0, config: Int = -1, tier: Int = 0, stream: Bool = false) -> Self {
        Self(
            at: 0, connection: 0, config: config, target: target, stream: stream, tier: tier, isInline: false, readTime: 0)
    }
}

private func story(of world: World, _ violation: String, _ seed: UInt64) -> String {
    let configs = world.scenario.configs.enumerated().map { "  c\($0.offset) \($0.element.json(world.scenario.targets))" }
    var lines = ["seed \(seed): \(violation)"]
    if violation.hasPrefix("call "), let call = Int(violation.dropFirst(5).prefix { $0.isNumber }) {
        lines.append("this call:")
        lines += events(of: call, in: world.trace).map { "  \($0)" }
    }
    lines += ["configs (the calls without one follow):"] + configs
    lines.append("the last of \(world.trace.count) events:")
    lines += world.trace.suffix(15).map { "  \($0)" }
    lines.append("replay: swift run -c release wicket-simulate --seed \(seed)")
    return lines.joined(separator: "\n")
}

private func events(of call: Int, in trace: [TimedEvent]) -> [TimedEvent] {
    var tries: Set<Int> = []
    return trace.filter { timed in
        switch timed.event {
        case .callBegan(call, _, _, _), .callCancelled(call), .callEnded(call, _), .chunk(call, _, _), .row(call, _): return true
        case .tryBegan(let attempt, call, _, _):
            tries.insert(attempt)
            return true
        case .tryAnswered(let attempt, _, _), .tryEnded(let attempt, _), .served(let attempt, _, _):
            return tries.contains(attempt)
        default: return false
        }
    }
}
