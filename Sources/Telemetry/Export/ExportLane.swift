// SPDX-License-Identifier: Apache-2.0

/// What came of a request to the collector.
package enum ExportOutcome: Sendable, Equatable {
    /// It took the batch, but for so many of its items.
    case taken(rejected: Int)
    /// It will never take it.
    case refused(String)
    /// It may take it later; after so many milliseconds, where it said so.
    case later(String, afterMilliseconds: Int?)
}

/// What a lane wants next.
package enum ExportStep<Item: Sendable>: Sendable {
    case send([Item])
    /// Nothing to do until then (nanoseconds of the clock that never goes back).
    case wait(until: UInt64)
    /// It was closed and is empty.
    case done
}

/// The way of one signal to the collector: a queue with a bound, sent in batches, and what happens when the collector does not
/// take one. Decides only; whoever owns it sends and sleeps.
///
/// A batch stays at the front of the queue until it is taken, so that what waits behind it is bounded by the same number. What
/// comes to a full queue is dropped and counted: the beginning of an outage tells more than its end.
package struct ExportLane<Item: Sendable>: Sendable {
    private let limits: ExportLimits
    private var items: [Item] = []
    private var sizes: [Int] = []
    private var bytes = 0
    private var phase: Phase
    private var isClosing = false
    package private(set) var statistics = ExportStatistics()

    private enum Phase {
        /// A batch is due at this instant, or as soon as it is full.
        case gathering(until: UInt64)
        /// So many items from the front are on their way.
        case sending(Int)
        /// The collector did not take it: the next try is due at this instant. `failures` in a row.
        case backingOff(until: UInt64, failures: Int)
        /// As `sending`, after so many failures in a row.
        case retrying(Int, failures: Int)
    }

    package init(_ limits: ExportLimits, now: UInt64) {
        self.limits = limits
        phase = .gathering(until: now &+ limits.intervalNanoseconds)
    }

    package var count: Int { items.count }

    /// - Parameter size: about how many bytes of memory it takes.
    /// - Returns: whether a batch has just become full, so that whoever sleeps should be woken.
    package mutating func append(_ item: Item, size: Int) -> Bool {
        if isClosing || items.count >= limits.items || bytes + size > limits.bytes {
            statistics.dropped += 1
            return false
        }
        items.append(item)
        sizes.append(size)
        bytes += size
        if case .gathering = phase { return items.count == limits.batch }
        return false
    }

    package mutating func next(now: UInt64) -> ExportStep<Item> {
        switch phase {
        case .gathering(let until):
            if items.isEmpty {
                if isClosing { return .done }
                if now < until { return .wait(until: until) }
                phase = .gathering(until: now &+ limits.intervalNanoseconds)
                return .wait(until: now &+ limits.intervalNanoseconds)
            }
            if now < until, items.count < limits.batch, !isClosing { return .wait(until: until) }
            return send(failures: 0)
        case .backingOff(let until, let failures):
            if now < until, !isClosing { return .wait(until: until) }
            return send(failures: failures)
        case .sending, .retrying:
            // Whoever asks is about to report how that ended.
            return .wait(until: now &+ limits.intervalNanoseconds)
        }
    }

    private mutating func send(failures: Int) -> ExportStep<Item> {
        let count = min(items.count, limits.batch)
        phase = failures == 0 ? .sending(count) : .retrying(count, failures: failures)
        return .send(Array(items.prefix(count)))
    }

    /// How the last batch ended.
    /// - Parameter jitter: drawn from 0..<1, so that many daemons do not come back at once.
    package mutating func ended(_ outcome: ExportOutcome, now: UInt64, jitter: Double) {
        let count: Int
        let failures: Int
        switch phase {
        case .sending(let sent): (count, failures) = (sent, 0)
        case .retrying(let sent, let before): (count, failures) = (sent, before)
        case .gathering, .backingOff: return
        }
        switch outcome {
        case .taken(let rejected):
            let rejected = min(max(0, rejected), count)
            statistics.sent += count - rejected
            statistics.rejected += rejected
            statistics.trouble = nil
            leave(count, now)
        case .refused(let why):
            statistics.rejected += count
            statistics.failedRequests += 1
            statistics.trouble = why
            leave(count, now)
        case .later(let why, let wait):
            statistics.failedRequests += 1
            statistics.trouble = why
            if isClosing { return abandon() }
            let pause = limits.pause(afterFailures: failures + 1, asked: wait, jitter: jitter)
            phase = .backingOff(until: now &+ pause, failures: failures + 1)
        }
    }

    /// What is there goes out at once, in one try; nothing is taken any more.
    package mutating func close() { isClosing = true }

    /// Drops all that is left.
    package mutating func abandon() {
        statistics.dropped += items.count
        leave(items.count, 0)
    }

    private mutating func leave(_ count: Int, _ now: UInt64) {
        bytes -= sizes.prefix(count).reduce(0, +)
        items.removeFirst(count)
        sizes.removeFirst(count)
        // A full batch that waits goes out at once.
        phase = .gathering(until: now &+ (items.count >= limits.batch ? 0 : limits.intervalNanoseconds))
    }
}

/// Bounds and pauses of a lane.
package struct ExportLimits: Sendable {
    package var items: Int
    package var bytes: Int
    /// Items of one request.
    package var batch: Int
    package var intervalNanoseconds: UInt64

    package init(items: Int, bytes: Int = 8 << 20, batch: Int = 256, intervalNanoseconds: UInt64) {
        self.items = items
        self.bytes = bytes
        self.batch = min(batch, max(1, items))
        self.intervalNanoseconds = intervalNanoseconds
    }

    /// A second, doubled with each failure up to a minute, less up to a half by chance; at least what the collector asked for,
    /// but no more than five minutes.
    func pause(afterFailures failures: Int, asked milliseconds: Int?, jitter: Double) -> UInt64 {
        let whole = min(60, 1 << min(failures - 1, 6))
        let own = Double(whole) * 1e9 * (1 - jitter / 2)
        let asked = UInt64(min(max(0, milliseconds ?? 0), 300_000)) * 1_000_000
        return max(UInt64(own), asked)
    }
}

/// What a lane has done since the start.
package struct ExportStatistics: Sendable, Equatable {
    package var sent = 0
    /// The queue was full, or the daemon ended.
    package var dropped = 0
    /// The collector did not want them.
    package var rejected = 0
    /// Requests that came to nothing, those that were sent again counted each time.
    package var failedRequests = 0
    /// Why the last request came to nothing; nil after one that did not.
    package var trouble: String?
}
