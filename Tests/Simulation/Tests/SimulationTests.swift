// SPDX-License-Identifier: Apache-2.0
import Foundation
import Simulation
import Testing

/// A few worlds on every run of the tests; `wicket-simulate` runs them by the thousand.
@Suite struct SimulationTests {
    @Test func `no promise is broken in the first worlds`() {
        for result in runSeeds(start: 1, count: 60, jobs: 2) {
            if let failure = result.failure { Issue.record("\(failure)") }
        }
    }

    @Test func `seeds that once found a fault find none`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../regression-seeds.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        let seeds = lines.compactMap { UInt64($0.prefix { $0 != " " }) }
        #expect(seeds.count == lines.count && !seeds.isEmpty)
        for seed in seeds {
            if let failure = simulate(seed: seed).failure { Issue.record("\(failure)") }
        }
    }

    @Test func `a full outage is amplified by no more than a fifth`() {
        let outage = simulate(seed: 100)
        #expect(outage.failure == nil)
        #expect(outage.calls > 1000)
    }

    /// Whatever a process does of its own (the seeds of its hashes, its threads, its addresses) is no part of a run.
    @Test func `the same seed gives the same bytes, in this process and in others`() throws {
        let here = runSeeds(start: 1, count: 20, jobs: 2).map { "\($0.seed) \(String($0.hash, radix: 16))" }
        #expect(Set(here).count == 20)
        #expect(here == runSeeds(start: 1, count: 20, jobs: 1).map { "\($0.seed) \(String($0.hash, radix: 16))" })
        for _ in 0..<2 { #expect(try hashesOfAnotherProcess(20) == here) }
    }

    private func hashesOfAnotherProcess(_ count: Int) throws -> [String] {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let process = Process()
        process.executableURL = tests.appending(path: "wicket-simulate")
        process.arguments = ["--seeds", "\(count)", "--hashes"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(arguments: [
        ["--seeds"], ["--seeds", "many"], ["--sed", "1"], ["--jobs", "-1"], ["--start", "99999999999999999999"],
    ])
    func `wrong arguments are refused with the usage`(_ arguments: [String]) {
        var options = CommandOptions()
        #expect(options.parse(arguments[...])?.hasPrefix("usage: wicket-simulate") == true)
    }
}
