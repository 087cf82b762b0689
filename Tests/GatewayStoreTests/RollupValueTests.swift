// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import GatewayStore

struct RollupValueTests {
    /// Numbers that look random and are the same each time.
    private func numbers(_ count: Int, _ seed: UInt64, below bound: Int) -> [Int] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state >> 20) % bound
        }
    }

    @Test(arguments: [10, 1000, 100_000, 50_000_000])
    func `a percentile lies within the error that is stated`(bound: Int) throws {
        let durations = numbers(5000, UInt64(bound), below: bound)
        var counts = SparseCounts()
        for duration in durations { counts.add(LatencyBuckets.bucket(of: duration)) }
        for share in [0.01, 0.5, 0.9, 0.99, 1] {
            let exact = Double(durations.sorted()[max(0, Int((share * 5000).rounded(.up)) - 1)])
            let found = try #require(LatencyBuckets.percentile(share, of: counts))
            #expect(abs(found - exact) <= exact * LatencyBuckets.largestError, "\(share): \(found), not \(exact)")
        }
    }

    @Test func `every duration lies in a bucket, and later ones not in an earlier`() {
        #expect(LatencyBuckets.percentile(0.5, of: SparseCounts()) == nil)
        var last = -1
        for duration in [-5, 0, 1, 15, 16, 17, 31, 32, 33, 1 << 20, 1 << 40, Int.max] {
            let bucket = LatencyBuckets.bucket(of: duration)
            #expect(bucket >= last && LatencyBuckets.middle(of: bucket).isFinite)
            last = bucket
        }
    }

    @Test func `cells add up in any order and any grouping, in memory or as bytes`() {
        var (cells, whole): ([RollupCell], RollupCell) = ([], RollupCell())
        for (index, number) in numbers(400, 7, below: 1 << 40).enumerated() {
            for part in [false, true] {
                if !part, index % 20 == 0 { cells.append(RollupCell()) }
                func add(_ cell: inout RollupCell) {
                    cell.see(id: index + 1, startedAt: number)
                    for counter in RollupCounter.allCases { cell[counter] += counter == .feedbackWeighted ? -number : number }
                    cell.latencies.add(LatencyBuckets.bucket(of: number))
                    cell.errorStatuses.add(400 + number % 5)
                    cell.feedbackScores.add(number % 21)
                }
                if part { add(&whole) } else { add(&cells[cells.count - 1]) }
            }
        }
        var (forth, back) = (RollupCell(), RollupCell())
        for cell in cells { forth.merge(cell) }
        for cell in cells.reversed() { cell.bytes.withUnsafeBytes { back.merge($0) } }
        #expect(forth == whole && back == whole)
        #expect(whole.bytes.withUnsafeBytes(RollupCell.ids) == 1...400)
        #expect(RollupCell().bytes.withUnsafeBytes(RollupCell.ids) == nil)
    }

    @Test func `bytes that were cut anywhere are read without harm`() {
        var cell = RollupCell()
        cell.see(id: 5, startedAt: 1)
        cell[.requests] = 300
        for status in 400..<450 { cell.errorStatuses.add(status, status) }
        let bytes = cell.bytes
        for end in bytes.indices {
            var read = RollupCell()
            bytes[..<end].withUnsafeBytes { read.merge($0) }
            #expect(read[.requests] == 0 || read[.requests] == 300)
        }
        var garbage = RollupCell()
        [UInt8](repeating: 0xFF, count: 64).withUnsafeBytes { garbage.merge($0) }
    }

    @Test func `a cell's key keeps its series, time and group apart, in this order`() {
        let id = RollupCellID.pack(.combined, .day, slot: 20_000, group: 4_000_000_000)
        #expect(RollupCellID.slot(id) == 20_000 && RollupCellID.group(id) == 4_000_000_000)
        #expect(RollupCellID.range(.combined, .day, 20_000..<20_001).contains(id))
        #expect(!RollupCellID.range(.combined, .hour, 0..<RollupCellID.lastSlot).contains(id))
        #expect(RollupCellID.pack(RollupSeries(number: RollupSeries.last), .day, slot: RollupCellID.lastSlot, group: 1) > 0)
    }

    @Test func `long values are cut where a character ends`() {
        #expect(bounded("short") == "short")
        let cut = bounded(String(repeating: "é", count: 100))
        #expect(cut == String(repeating: "é", count: 64))
        #expect(bounded("x" + String(repeating: "é", count: 100)).utf8.count == 127)
    }

    @Test func `series begin where their stretches of time do`() {
        let tuesday = 1_795_562_700_000  // 2026-11-24T23:25:00Z
        #expect(AnalyticsInterval.hour.start(of: tuesday) == 1_795_561_200_000)
        #expect(AnalyticsInterval.day.start(of: tuesday) == 1_795_478_400_000)
        #expect(AnalyticsInterval.week.start(of: tuesday) == 1_795_392_000_000)
        #expect(AnalyticsInterval.month.start(of: tuesday) == 1_793_491_200_000)
    }

    @Test(arguments: [(0..<24, 1), (0..<25, 2), (1..<24, 1), (5..<100, 3), (24..<48, 1), (30..<31, 1), (7..<7, 1)])
    func `days stand for their hours, each hour once`(hours: Range<Int>, parts: Int) {
        let spans = AnalyticsPlan.spans(hours, nil)
        #expect(spans.count == parts)
        let covered = spans.flatMap { span in
            span.step == .hour ? Array(span.slots) : Array(span.slots.lowerBound * 24..<span.slots.upperBound * 24)
        }
        #expect(covered == Array(hours))
        #expect(AnalyticsPlan.spans(hours, .hour).map(\.slots) == [hours])
    }
}
