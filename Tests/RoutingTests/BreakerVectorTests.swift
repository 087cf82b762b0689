// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

@testable import Routing

/// Portkey's own breaker, run on recorded counts; needs the shared reference data.
@Suite(.enabled(if: SharedFolder.has("portkey-vectors/circuit_breaker.json")))
struct BreakerVectorTests {
    /// Where we answer otherwise: case, target, our state, why.
    private static let deviations: [(id: String, target: String, state: BreakerState, reason: String)] = [
        (
            "cooldown-over", "config.targets[0]", .halfOpen,
            "Portkey deletes the record and sends everything again; we let one probe find out first"
        )
    ]

    private struct File: Decodable {
        var cases: [Case]
        var failure_status: [Status]
    }
    private struct Case: Decodable {
        var id: String
        var now: UInt64
        var recorded: [String: Recorded]
        var expect: Expectation
    }
    private struct Recorded: Decodable {
        var failure_count: Int
        var success_count: Int
        var first_failure_time: UInt64?
    }
    private struct Expectation: Decodable {
        var tracked: [String: Thresholds]
        /// Null where Portkey has no breaker at all; which targets get which rule is the plan's matter.
        var status: [String: IsOpen]?
    }
    private struct Thresholds: Decodable {
        var failure_threshold: Int?
        var failure_threshold_percentage: Double?
        var minimum_requests: Int?
        var cooldown_interval: Int
        var failure_status_codes: Set<Int>?

        var rule: BreakerRule {
            BreakerRule(
                failures: failure_threshold, failurePercent: failure_threshold_percentage, minimumRequests: minimum_requests ?? 5,
                cooldownMilliseconds: cooldown_interval, codes: failure_status_codes)
        }
    }
    private struct IsOpen: Decodable { var is_open: Bool }
    private struct Status: Decodable {
        var status: Int
        var failure_status_codes: Set<Int>?
        var expect: Bool
    }

    private func file() throws -> File {
        let url = SharedFolder.url.appendingPathComponent("portkey-vectors/circuit_breaker.json")
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
    }

    @Test func `the same counts open the same breakers`() throws {
        var compared = 0
        for vector in try file().cases {
            for (target, expected) in vector.expect.status ?? [:] {
                let rule = try #require(vector.expect.tracked[target]).rule
                let state = replay(vector.recorded[target], rule, now: vector.now)
                if let ours = Self.deviations.first(where: { $0.id == vector.id && $0.target == target }) {
                    #expect(state == ours.state, "\(vector.id) \(target): \(ours.reason)")
                } else {
                    #expect(state == (expected.is_open ? .open : .closed), "\(vector.id) \(target)")
                }
                compared += 1
            }
        }
        #expect(compared > 0)
    }

    /// The counts as tries, all at the time of the first failure. Successes come second, so that the share of failures is never
    /// above what it is in the end.
    private func replay(_ recorded: Recorded?, _ rule: BreakerRule, now: UInt64) -> BreakerState {
        var breaker = CircuitBreaker()
        guard let recorded, let first = recorded.first_failure_time, recorded.failure_count > 0 else {
            return breaker.shown(now: now * 1_000_000)
        }
        let verdicts =
            [Verdict.failure] + Array(repeating: .success, count: recorded.success_count)
            + Array(repeating: .failure, count: recorded.failure_count - 1)
        for verdict in verdicts {
            _ = breaker.end(verdict, asProbe: false, begun: first * 1_000_000, rule, now: first * 1_000_000)
        }
        return breaker.shown(now: now * 1_000_000)
    }

    @Test func `the same statuses are failures, but for a key that is refused`() throws {
        for vector in try file().failure_status {
            let rule = BreakerRule(failures: 1, cooldownMilliseconds: 0, codes: vector.failure_status_codes)
            let isFailure = Verdict(.answered(status: vector.status, latency: 0), rule) == .failure
            // 401 and 403 mark the key, whatever the codes: another key of the same provider may be good.
            let expected = vector.expect && ![401, 403].contains(vector.status)
            #expect(isFailure == expected, "\(vector.status) in \(String(describing: vector.failure_status_codes))")
        }
    }
}
