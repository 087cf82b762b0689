// SPDX-License-Identifier: Apache-2.0

/// How many retries a target gets: a fifth of its requests or ten a second, whichever is more. In an outage under more than
/// 50 requests a second it sees at most 1.2 times what it would see without retries.
///
/// Two buckets, and a retry draws on both as far as they hold, so that what one of them grants is not granted again by the other;
/// one of them must hold the whole retry. Over any time, retries are therefore never more than what both took in and held:
/// a fifth of the requests, ten for each second, and 110. And where requests come at 50 a second or more, the first bucket
/// always holds what the second does, so that no retry is granted that the fifth does not cover.
struct RetryBudget: Sendable {
    /// In thousandths of a retry.
    private static let perRequest = 200
    private static let perRetry = 1000
    /// A hundred retries: what is saved up while all is well is spent quickly when it is not.
    private static let mostShare = 100 * perRetry
    /// Nanoseconds that earn a retry: ten a second.
    private static let timePerRetry: UInt64 = 100_000_000
    private static let mostTime = 10 * timePerRetry

    private var share = 0
    private var time = Self.mostTime
    private var refilled: UInt64 = 0

    /// A request goes to the target that is no retry.
    mutating func countRequest() {
        share = min(share + Self.perRequest, Self.mostShare)
    }

    /// It went nowhere after all.
    mutating func uncountRequest() {
        share = max(share - Self.perRequest, 0)
    }

    mutating func take(now: UInt64) -> Bool {
        if now > refilled {
            time = min(time + min(now - refilled, Self.mostTime), Self.mostTime)
            refilled = now
        }
        guard share >= Self.perRetry || time >= Self.timePerRetry else { return false }
        share = max(share - Self.perRetry, 0)
        time -= min(time, Self.timePerRetry)
        return true
    }
}
