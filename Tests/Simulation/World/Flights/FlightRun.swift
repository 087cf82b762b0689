// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import SimulationKit

/// What came of one seed.
package struct FlightResult: Sendable {
    package let seed: UInt64
    package let hash: UInt64
    package let events: Int
    package let callers: Int
    package let flights: Int
    package let probes: Set<FlightProbe>
    /// The invariant that was violated.
    package let failure: String?
    /// All events, where they were asked for.
    package let trace: [String]
}

/// Runs one small world of identical requests to its end.
package func simulateFlights(seed: UInt64, keepsTrace: Bool = false) -> FlightResult {
    let world = FlightWorld(seed: seed, keepsTrace: keepsTrace)
    world.schedule()
    if !world.loop.run(mostSteps: 200_000, until: { world.violation != nil || world.running == 0 }) {
        world.fail("stuck: nothing is left that could end the calls")
    }
    if world.violation == nil {
        if let wrong = world.checker.atTheEnd() { world.fail(wrong) }
        if !world.flights.isEmpty { world.fail("something is left in the table: \(world.flights.counts)") }
        if world.loop.sleepers > 0 { world.fail("\(world.loop.sleepers) tasks sleep and no call is running") }
    }
    let replay = "replay: swift run -c release wicket-simulate --flights --trace --seed \(seed)"
    return FlightResult(
        seed: seed, hash: world.hash.value, events: world.events, callers: world.scenario.callers.count,
        flights: world.checker.flights.count, probes: world.checker.probes,
        failure: world.violation.map { "seed \(seed): \($0)\n\(replay)" }, trace: world.trace)
}

/// - Returns: whether all promises were kept, and all probes met where there were seeds enough.
func runFlights(_ options: CommandOptions) -> Bool {
    if options.printsTrace { for line in simulateFlights(seed: options.start, keepsTrace: true).trace { print(line) } }
    let started = seconds()
    let results = runSeeds(start: options.start, count: options.seeds, jobs: options.jobs) { simulateFlights(seed: $0) }
        .sorted { $0.seed < $1.seed }
    let elapsed = seconds() - started
    let failures = results.compactMap(\.failure)
    if options.printsHashes {
        for result in results { print(result.seed, String(result.hash, radix: 16)) }
        return failures.isEmpty
    }
    for failure in failures.prefix(5) { print(failure) }
    let counts = FlightProbe.allCases.map { probe in (probe, results.count { $0.probes.contains(probe) }) }
    print("worlds that met:", counts.map { "\($0.0.rawValue) \($0.1)" }.joined(separator: ", "))
    let (callers, flights) = (results.reduce(0) { $0 + $1.callers }, results.reduce(0) { $0 + $1.flights })
    let speed = Int(Double(results.count) / max(elapsed, 0.001))
    print(
        "\(results.count) seeds of flights from \(options.start), \(callers) callers, \(flights) upstream calls: "
            + "\(failures.count) failed, \(speed) seeds/s")
    let missed = counts.filter { $0.1 == 0 }.map(\.0.rawValue)
    if options.seeds >= CommandOptions.seedsForAllProbes, !missed.isEmpty {
        print("never met: \(missed.joined(separator: ", ")). The worlds are too tame.")
        return false
    }
    return failures.isEmpty
}
