// SPDX-License-Identifier: Apache-2.0

/// How many of a target's requests got a second try beside the first. Counted without regard to a rule; the rule that comes with
/// a request says what is too many. Both counts are halved from time to time, so that they speak of the last few thousand.
struct HedgeShare: Sendable {
    private static let mostRequests: UInt32 = 4096

    private var requests: UInt32 = 0
    private var hedges: UInt32 = 0

    mutating func countRequest() {
        requests += 1
        guard requests >= Self.mostRequests else { return }
        requests /= 2
        // Rounded up: halving must not grant anything.
        hedges = (hedges + 1) / 2
    }

    mutating func uncountRequest() {
        if requests > 0 { requests -= 1 }
    }

    mutating func take(percent: Double) -> Bool {
        guard Double(hedges + 1) * 100 <= min(percent, 100) * Double(requests) else { return false }
        hedges += 1
        return true
    }
}
