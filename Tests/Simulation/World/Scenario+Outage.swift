// SPDX-License-Identifier: Apache-2.0
import SimulationKit
import TestSupport

extension Scenario {
    /// One run in so many is of this kind.
    static let outagesEvery: UInt64 = 100

    /// All providers are down from beginning to end, callers keep coming at 100 a second and more, and the configs
    /// want every call tried up to six times at each: what holds the tries down is the retry budget alone, or the breaker.
    static func fullOutage(random: inout SeededRandom) -> Scenario {
        var scenario = Scenario(random: &random)
        let seconds = random.int(10...20)
        let length = UInt64(seconds) * 1_000_000_000
        scenario.isFullOutage = true
        scenario.targets = [SimulatedTarget(provider: 0, key: 0, model: 0), SimulatedTarget(provider: 1, key: 0, model: 0)]
        scenario.connections = (0..<8).map { ($0 % scenario.engines, nil) }
        scenario.lockedVault = nil
        scenario.clockJump = nil
        let hasBreaker = random.fires(0.2)
        scenario.configs = [outageConfig(targets: 1, hasBreaker), outageConfig(targets: 2, hasBreaker)]
        let kind = random.pick([0, 2, 2])
        for provider in scenario.providers.indices {
            scenario.providers[provider] = Provider(latency: 100...2_000, faults: .calm, outages: [(0, .max, kind)])
        }
        let config = random.int(0...1)
        scenario.calls = (0..<seconds * random.int(100...300)).map { index in
            Call(
                at: random.next() % length, connection: index % 8, config: config, target: 0, stream: index % 3 == 0, tier: 0,
                isInline: false, readTime: 0)
        }.sorted { $0.at < $1.at }
        return scenario
    }

    private static func outageConfig(targets: Int, _ hasBreaker: Bool) -> ConfigTree {
        var tree = ConfigTree(mode: .fallback)
        tree.retry = RetrySettings(attempts: 5, codes: nil, usesRetryAfter: false)
        tree.children = (0..<targets).map { ConfigTree(leaf: $0, target: $0) }
        if !hasBreaker { tree.breaker = BreakerSettings(failures: 1_000_000, cooldownMilliseconds: 30_000) }
        return tree
    }
}
