// SPDX-License-Identifier: Apache-2.0
import GatewayEngine

/// When an exchange's limits on time run out. (The one on connecting is curl's.)
struct Deadlines {
    /// Which limit it was, and how long it allowed.
    enum Limit: Equatable {
        case connect(milliseconds: Int)
        case firstByte(milliseconds: Int)
        case total(milliseconds: Int)
    }

    private var start: UInt64 = 0
    private var firstByteMilliseconds = 0
    private var totalMilliseconds = 0

    init() {}

    /// Asks the clock only when a limit is set.
    init(_ timeouts: UpstreamTimeouts, clock: () -> UInt64) {
        firstByteMilliseconds = timeouts.firstByteMilliseconds
        totalMilliseconds = timeouts.totalMilliseconds
        if firstByteMilliseconds > 0 || totalMilliseconds > 0 { start = clock() }
    }

    /// The instant at which the next limit may have run out, or nil.
    func next(headArrived: Bool) -> UInt64? {
        let total = instant(totalMilliseconds)
        if headArrived { return total }
        guard let firstByte = instant(firstByteMilliseconds) else { return total }
        return min(firstByte, total ?? .max)
    }

    func passed(now: UInt64, headArrived: Bool) -> Limit? {
        if let due = instant(totalMilliseconds), due <= now { return .total(milliseconds: totalMilliseconds) }
        if headArrived { return nil }
        if let due = instant(firstByteMilliseconds), due <= now { return .firstByte(milliseconds: firstByteMilliseconds) }
        return nil
    }

    /// A limit beyond what the clock can say is none.
    private func instant(_ milliseconds: Int) -> UInt64? {
        if milliseconds <= 0 { return nil }
        let (nanoseconds, tooLong) = UInt64(milliseconds).multipliedReportingOverflow(by: 1_000_000)
        let (due, tooLate) = start.addingReportingOverflow(nanoseconds)
        return tooLong || tooLate ? nil : due
    }
}
