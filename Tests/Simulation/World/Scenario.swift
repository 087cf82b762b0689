// SPDX-License-Identifier: Apache-2.0
import SimulationKit
import TestSupport

/// The shape of one run, drawn from its seed.
struct Scenario {
    struct Provider {
        /// Of a usual answer's head, in microseconds.
        var latency: ClosedRange<Int>
        var faults: FaultMix
        /// Instants at which an outage begins and ends, and of which kind it is.
        var outages: [(begin: UInt64, end: UInt64, kind: Int)]
    }

    struct Call {
        var at: UInt64
        var connection: Int
        /// Of `Scenario.configs`, or -1: the target `target` itself, without a config.
        var config: Int
        var target: Int
        var stream: Bool
        var tier: Int
        var isInline: Bool
        /// `options.request_timeout`.
        var timeout: Int?
        /// After so many nanoseconds the caller cancels.
        var cancelAfter: UInt64?
        /// What the caller takes for a batch of chunks, in nanoseconds.
        var readTime: UInt64
    }

    var engines: Int
    /// See `fullOutage`.
    var isFullOutage = false
    /// The engine of each connection, and when its caller hangs up.
    var connections: [(engine: Int, hangUpAt: UInt64?)]
    var targets: [SimulatedTarget]
    var configs: [ConfigTree]
    var providers: [Provider]
    var calls: [Call]
    /// When the vault is locked.
    var lockedVault: (begin: UInt64, end: UInt64)?
    /// When the wall clock jumps, and by how many milliseconds.
    var clockJump: (at: UInt64, by: Int)?

    init(random: inout SeededRandom) {
        let faults = FaultMix(random: &random)
        var shape = random.split()
        engines = shape.int(1...4)
        let length = UInt64(shape.pick([2, 20, 120, 600])) * 1_000_000_000
        targets = Self.targets(&shape)
        var draw = ConfigDraw(targets: targets.count, random: random.split())
        configs = []
        for _ in 0..<shape.int(1...4) { configs.append(draw.config()) }
        connections = []
        for _ in 0..<shape.int(1...8) {
            let hangsUp = faults.strikes(.hangUp, &shape)
            connections.append((shape.int(0...engines - 1), hangsUp ? shape.next() % length : nil))
        }
        providers = []
        for _ in 0..<4 { providers.append(Self.provider(&shape, length, faults)) }
        calls = []
        var callers = random.split()
        calls = Self.calls(&callers, length, connections.count, configs.count, targets.count, faults)
        var host = random.split()
        if faults.strikes(.lockedVault, &host) {
            let begin = host.next() % length
            lockedVault = (begin, begin + host.next() % (length / 4))
        }
        if faults.strikes(.clockJump, &host) {
            clockJump = (host.next() % length, host.int(-7_200_000...7_200_000))
        }
    }

    private static func targets(_ random: inout SeededRandom) -> [SimulatedTarget] {
        var targets: [SimulatedTarget] = []
        for _ in 0..<random.int(1...5) {
            let target = SimulatedTarget(provider: random.int(0...3), key: random.int(0...1), model: random.int(0...1))
            if !targets.contains(target) { targets.append(target) }
        }
        return targets
    }

    private static func provider(_ random: inout SeededRandom, _ length: UInt64, _ faults: FaultMix) -> Provider {
        let least = random.pick([200, 5_000, 100_000, 1_000_000])
        // Half of the providers do well.
        var provider = Provider(
            latency: least...least * random.int(1...10), faults: random.fires(0.5) ? faults : .calm, outages: [])
        if faults.has(.outage), random.fires(0.5) {
            var time = random.next() % length
            while time < length, provider.outages.count < 3 {
                let end = time + random.next() % length
                provider.outages.append((time, end, random.int(0...2)))
                time = end + random.next() % length
            }
        }
        return provider
    }

    private static func calls(
        _ random: inout SeededRandom, _ length: UInt64, _ connections: Int, _ configs: Int, _ targets: Int, _ faults: FaultMix
    ) -> [Call] {
        var calls: [Call] = []
        let direct = random.pick([0, 0, 0.2, 1])
        let timeouts = random.pick([0, 0, 0.3])
        let streams = Double(random.int(0...10)) / 10
        let bursts = faults.has(.burst)
        let count = random.pick([10, 30, 60, 120])
        var at: UInt64 = 0
        for _ in 0..<count {
            if !bursts || random.fires(0.2) { at = random.next() % length }
            let cancels = faults.strikes(.cancel, &random)
            calls.append(
                Call(
                    at: at, connection: random.int(0...connections - 1),
                    config: random.fires(direct) ? -1 : random.int(0...configs - 1), target: random.int(0...targets - 1),
                    stream: random.fires(streams), tier: random.int(0...2), isInline: random.fires(0.2),
                    timeout: random.fires(timeouts) ? random.pick([150, 1_500, 20_000]) : nil,
                    cancelAfter: cancels ? random.pick([0, random.next() % 1000 + 1 << UInt64(random.int(0...35))]) : nil,
                    readTime: faults.strikes(.slowReader, &random) ? random.next() % 3_000_000_000 : 0))
        }
        return calls.sorted { $0.at < $1.at }
    }
}
