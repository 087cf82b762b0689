// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Routing

/// A table of three places.
@Suite struct TargetSlotTests {
    private var health = TargetHealth(capacity: 3)

    private func id(_ model: String) -> TargetID { TargetID(provider: "openai", key: "", model: model) }
    private var models: Set<String> { Set(health.snapshot(now: 0).map(\.id.model)) }

    private mutating func open(_ model: String) {
        _ = health.slot(of: id(model))
        health.trip(id(model), for: 60_000, now: 0)
    }

    @Test mutating func `the least recently used gives up its place`() {
        for model in ["a", "b", "c", "a", "d"] { _ = health.slot(of: id(model)) }
        #expect(models == ["a", "c", "d"])
        _ = health.slot(of: id("e"))
        #expect(models == ["a", "d", "e"])
    }

    @Test mutating func `one that is in flight, or open, keeps its place`() {
        let busy = health.slot(of: id("busy"))
        _ = health.begin(busy, isExtra: false, now: 0)
        open("open")
        for model in ["c", "d", "e"] { _ = health.slot(of: id(model)) }
        #expect(models == ["busy", "open", "e"])
        #expect(health.inFlight(busy) == 1)
    }

    @Test mutating func `where all others are in flight an open one gives way, and where all are, the new one gets no place`() {
        let busy = ["a", "b"].map { health.slot(of: id($0)) }
        for slot in busy { _ = health.begin(slot, isExtra: false, now: 0) }
        open("open")
        let slot = health.slot(of: id("c"))
        #expect(models == ["a", "b", "c"])
        _ = health.begin(slot, isExtra: false, now: 0)
        expectEqual(health.slot(of: id("d")), .none)
        #expect(models == ["a", "b", "c"])
    }

    @Test mutating func `a stale slot touches nothing of the place's new owner`() {
        let stale = health.slot(of: id("a"))
        for model in ["b", "c", "d"] { _ = health.slot(of: id(model)) }
        let owner = health.slot(of: id("d"))
        #expect(stale.index == owner.index)
        let before = health.snapshot(now: 0)
        for slot in [stale, .none, TargetSlot(index: 9), TargetSlot(index: -5), TargetSlot(index: owner.index, generation: 7)] {
            #expect(health.mayAdmit(slot, now: 0) == .open)
            expectEqual(health.begin(slot, isExtra: false, now: 0), .open)
            health.beginRegardless(slot, now: 0)
            health.heard(slot, asProbe: true, begun: 0, now: 0)
            for _ in 0..<20 { health.end(slot, .broken, asProbe: false, begun: 0, nil, now: 0) }
            expectEqual(health.takeRetry(slot, now: 0), false)
            expectEqual(health.takeHedge(slot, HedgeRule(delay: .milliseconds(1), mostExtraPercent: 100), now: 0), false)
            #expect(health.hedgeDelay(slot, HedgeRule(delay: .milliseconds(1))) == nil)
            #expect(health.load(slot, now: 0) == 0)
            #expect(health.inFlight(slot) == 0)
        }
        #expect(health.snapshot(now: 0) == before)
    }

    @Test mutating func `a name that is too long is not kept`() {
        expectEqual(health.slot(of: id(String(repeating: "m", count: 1000))), .none)
        expectEqual(health.slot(of: id(String(repeating: "é", count: 256))), .none)
        #expect(health.snapshot(now: 0).isEmpty)
        expectEqual(health.slot(of: id(String(repeating: "m", count: 500))) != .none, true)
    }

    /// Against a list that is sorted by hand.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `names without end use no more than the places, in the order of use`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let capacity = Int.random(in: 1...20, using: &random)
        var health = TargetHealth(capacity: capacity)
        var expected: [String] = []
        for _ in 0..<400 {
            let model = "\(Int.random(in: 0..<(capacity * 2), using: &random))"
            let slot = health.slot(of: id(model))
            expected.removeAll { $0 == model }
            expected.append(model)
            if expected.count > capacity { expected.removeFirst() }
            let snapshot = health.snapshot(now: 0)
            #expect(snapshot[slot.index].id.model == model)
            #expect(Set(snapshot.map(\.id.model)) == Set(expected))
        }
    }
}
