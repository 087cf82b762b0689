// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What `wicket-simulate` was asked to do.
package struct CommandOptions: Sendable {
    /// So many seeds must meet every probe; with fewer it may be bad luck.
    static let seedsForAllProbes: UInt64 = 2_000

    var seeds: UInt64 = 1_000
    var start: UInt64 = 1
    var jobs = 2
    /// Prints each seed's hash, to compare runs.
    var printsHashes = false
    /// Prints each event of the first seed.
    var printsTrace = false
    /// The small worlds of identical requests instead of the whole gateway.
    var runsFlights = false

    package init() {}

    /// Returns what is wrong with the arguments.
    package mutating func parse(_ arguments: ArraySlice<String>) -> String? {
        var rest = arguments
        while let name = rest.popFirst() {
            switch name {
            case "--hashes": printsHashes = true
            case "--trace": printsTrace = true
            case "--flights": runsFlights = true
            case "--seeds", "--start", "--seed", "--jobs":
                guard let value = rest.popFirst().flatMap({ UInt64($0) }), value < 1 << 60 else { return usage }
                switch name {
                case "--seeds": seeds = value
                case "--start": start = value
                case "--seed": (start, seeds) = (value, 1)
                default: jobs = Int(max(1, min(value, 64)))
                }
            default: return usage
            }
        }
        return nil
    }

    private var usage: String {
        """
        usage: wicket-simulate [--seeds N] [--start S] [--seed ONE] [--jobs N] [--hashes] [--trace] [--flights]
        Runs the gateway in N simulated worlds and says which of them broke a promise, and how to see that again; with
        --flights, only requests that are under way at once and may share an upstream call.
        """
    }
}

/// - Returns: whether all promises were kept, and all probes met where there were seeds enough.
package func runCommand(_ options: CommandOptions) -> Bool {
    if options.runsFlights { return runFlights(options) }
    if options.printsTrace { for line in simulate(seed: options.start, keepsTrace: true).trace { print(line) } }
    let started = seconds()
    let results = runSeeds(start: options.start, count: options.seeds, jobs: options.jobs)
    let elapsed = seconds() - started
    if options.printsHashes {
        for result in results { print(result.seed, String(result.hash, radix: 16)) }
        return results.allSatisfy { $0.failure == nil }
    }
    let missed = report(results)
    let calls = results.reduce(0) { $0 + $1.calls }
    let events = results.reduce(0) { $0 + $1.events }
    let failed = results.count { $0.failure != nil }
    let speed = Int(Double(results.count) / max(elapsed, 0.001))
    print("\(results.count) seeds from \(options.start), \(calls) calls, \(events) events: \(failed) failed, \(speed) seeds/s")
    if options.seeds >= CommandOptions.seedsForAllProbes, !missed.isEmpty {
        print("never met: \(missed.map(\.rawValue).joined(separator: ", ")). The worlds are too tame.")
        return false
    }
    return failed == 0
}

/// Prints the first failures whole, all of them by kind, and the probes.
/// - Returns: the probes that no seed met.
private func report(_ results: [RunResult]) -> [Probe] {
    let failures = results.filter { $0.failure != nil }
    for result in failures.prefix(3) { print(result.failure ?? "") }
    var kinds: [String: (count: Int, first: UInt64)] = [:]
    for result in failures {
        let line = (result.failure ?? "").prefix { $0 != "\n" }.drop { $0 != ":" }.dropFirst(2)
        let (count, first) = kinds[line.filter { !$0.isNumber }] ?? (0, result.seed)
        kinds[line.filter { !$0.isNumber }] = (count + 1, first)
    }
    for (kind, figures) in kinds.sorted(by: { $0.value.first < $1.value.first }) {
        print("\(figures.count) x, first in seed \(figures.first): \(kind)")
    }
    if !failures.isEmpty { print("seeds:", failures.prefix(50).map { String($0.seed) }.joined(separator: " ")) }
    var probes = ProbeCounts()
    for result in results { probes.add(result.probes) }
    print("probes:", Probe.allCases.map { "\($0.rawValue) \(probes[$0])" }.joined(separator: ", "))
    return probes.missed
}

func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
