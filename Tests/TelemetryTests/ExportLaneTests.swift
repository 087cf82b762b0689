// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Telemetry

/// What a lane is told, and what it must want.
private enum Event {
    case add(Int, at: UInt64)
    case sends([Int], at: UInt64)
    case waits(until: UInt64, at: UInt64)
    case ends(ExportOutcome, at: UInt64)
    case close
    case done(at: UInt64)
}

struct ExportLaneTests {
    private static let second: UInt64 = 1_000_000_000

    /// Five items at most, batches of two, each ten seconds. Times are in seconds.
    private func run(_ events: [Event]) -> ExportLane<Int> {
        var lane = ExportLane<Int>(
            ExportLimits(items: 5, bytes: 1000, batch: 2, intervalNanoseconds: 10 * Self.second), now: 0)
        for (index, event) in events.enumerated() {
            switch event {
            case .add(let item, _): _ = lane.append(item, size: 1)
            case .sends(let wanted, let now):
                guard case .send(let items) = lane.next(now: now * Self.second), items == wanted else {
                    Issue.record("event \(index): \(wanted) should be sent")
                    continue
                }
            case .waits(let until, let now):
                guard case .wait(let instant) = lane.next(now: now * Self.second), instant == until * Self.second else {
                    Issue.record("event \(index): nothing should happen until \(until)")
                    continue
                }
            case .ends(let outcome, let now): lane.ended(outcome, now: now * Self.second, jitter: 0)
            case .close: lane.close()
            case .done(let now):
                guard case .done = lane.next(now: now * Self.second) else {
                    Issue.record("event \(index): it should be done")
                    continue
                }
            }
        }
        return lane
    }

    private let taken = ExportOutcome.taken(rejected: 0)
    private func later(_ milliseconds: Int? = nil) -> ExportOutcome { .later("503", afterMilliseconds: milliseconds) }

    @Test func `what there is goes out when the interval is over`() {
        let lane = run([
            .waits(until: 10, at: 0), .add(1, at: 1), .waits(until: 10, at: 1), .sends([1], at: 10), .ends(taken, at: 11),
            .waits(until: 21, at: 11), .waits(until: 31, at: 21),
        ])
        #expect(lane.statistics.sent == 1 && lane.count == 0)
    }

    @Test func `a full batch goes out at once, and so does the next one that is full by then`() {
        let lane = run([
            .add(1, at: 0), .add(2, at: 0), .add(3, at: 0), .add(4, at: 0), .add(5, at: 0), .sends([1, 2], at: 0),
            .ends(taken, at: 1), .sends([3, 4], at: 1), .ends(taken, at: 2), .waits(until: 12, at: 2), .sends([5], at: 12),
        ])
        #expect(lane.statistics.sent == 4)
    }

    @Test func `what comes to a full queue is dropped and counted, also while a batch is on its way`() {
        let lane = run((1...4).map { .add($0, at: 0) } + [.sends([1, 2], at: 0), .add(5, at: 0), .add(6, at: 0), .add(7, at: 0)])
        #expect(lane.statistics.dropped == 2 && lane.count == 5)
    }

    @Test func `memory is bounded too`() {
        var lane = ExportLane<Int>(ExportLimits(items: 100, bytes: 1000, intervalNanoseconds: 1), now: 0)
        _ = lane.append(1, size: 600)
        _ = lane.append(2, size: 600)
        _ = lane.append(3, size: 400)
        #expect(lane.count == 2 && lane.statistics.dropped == 1)
    }

    @Test func `a batch that was not taken comes again after a pause that doubles, and order is kept`() {
        let lane = run([
            .add(1, at: 0), .add(2, at: 0), .sends([1, 2], at: 0), .ends(later(), at: 0), .add(3, at: 0), .waits(until: 1, at: 0),
            .sends([1, 2], at: 1), .ends(later(), at: 1), .waits(until: 3, at: 1), .sends([1, 2], at: 3), .ends(later(), at: 3),
            .waits(until: 7, at: 4), .sends([1, 2], at: 7), .ends(taken, at: 7), .waits(until: 17, at: 7), .sends([3], at: 17),
            .ends(later(), at: 17), .waits(until: 18, at: 17),
        ])
        #expect(lane.statistics.failedRequests == 4 && lane.statistics.dropped == 0 && lane.statistics.trouble == "503")
    }

    @Test func `the pause is no less than the collector asks for, and has an end`() {
        let limits = ExportLimits(items: 1, intervalNanoseconds: 1)
        #expect(limits.pause(afterFailures: 1, asked: 7000, jitter: 0) == 7 * Self.second)
        #expect(limits.pause(afterFailures: 1, asked: 10, jitter: 0) == Self.second)
        #expect(limits.pause(afterFailures: 2, asked: nil, jitter: 0.5) == Self.second * 3 / 2)
        #expect(limits.pause(afterFailures: 60, asked: nil, jitter: 0) == 60 * Self.second)
        #expect(limits.pause(afterFailures: 1, asked: .max, jitter: 0) == 300 * Self.second)
    }

    @Test func `what the collector will never take is given up`() {
        let lane = run([
            .add(1, at: 0), .add(2, at: 0), .sends([1, 2], at: 0), .ends(.refused("400"), at: 0), .waits(until: 10, at: 0),
        ])
        #expect(lane.statistics.rejected == 2 && lane.count == 0)
    }

    @Test func `what the collector left out of a batch is counted`() {
        let lane = run([.add(1, at: 0), .add(2, at: 0), .sends([1, 2], at: 0), .ends(.taken(rejected: 1), at: 0)])
        #expect(lane.statistics.sent == 1 && lane.statistics.rejected == 1)
    }

    @Test func `at its end everything goes out at once, and nothing is taken any more`() {
        let lane = run([
            .add(1, at: 0), .add(2, at: 0), .add(3, at: 0), .close, .add(4, at: 0), .sends([1, 2], at: 0), .ends(taken, at: 0),
            .sends([3], at: 0), .ends(taken, at: 0), .done(at: 0),
        ])
        #expect(lane.statistics.sent == 3 && lane.statistics.dropped == 1)
    }

    @Test func `at its end a collector that is down gets one more try, and the rest is counted as dropped`() {
        let lane = run([
            .add(1, at: 0), .add(2, at: 0), .add(3, at: 0), .sends([1, 2], at: 0), .ends(later(), at: 0), .close,
            .sends([1, 2], at: 0), .ends(later(), at: 0), .done(at: 0),
        ])
        #expect(lane.statistics.dropped == 3)
    }

    @Test(arguments: [
        (200, ExportOutcome.taken(rejected: 0)), (202, .taken(rejected: 0)),
        (400, .refused("The collector refused a batch with 400.")), (404, .refused("The collector refused a batch with 404.")),
        (429, .later("The collector answered with 429.", afterMilliseconds: 5)),
        (502, .later("The collector answered with 502.", afterMilliseconds: 5)),
        (503, .later("The collector answered with 503.", afterMilliseconds: 5)),
        (504, .later("The collector answered with 504.", afterMilliseconds: 5)),
        (500, .refused("The collector refused a batch with 500.")),
    ])
    func `an answer's status says whether to come again`(_ status: Int, _ outcome: ExportOutcome) {
        #expect(ExportOutcome(status: status, retryAfterMilliseconds: 5, body: []) == outcome)
    }

    @Test func `what was rejected is read from the answer, and nonsense is nothing rejected`() {
        let partial: [UInt8] = [0x0A, 0x05, 0x08, 0xAC, 0x02, 0x12, 0x00]
        #expect(ExportOutcome(status: 200, retryAfterMilliseconds: nil, body: partial) == .taken(rejected: 300))
        for body in [[0x0A], [0x0A, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]] {
            #expect(ExportOutcome(status: 200, retryAfterMilliseconds: nil, body: body) == .taken(rejected: 0))
        }
    }
}
