// SPDX-License-Identifier: Apache-2.0

/// How many entries of one kind each uid may cause in the audit log: some at once, then one now and then. What goes beyond is
/// counted, so that nobody fills the disk and nothing is passed over in silence.
package struct AuditAllowance: Sendable {
    package enum Verdict: Sendable, Equatable {
        /// An entry is written; so many were left out since the last one.
        case write(leftOut: Int)
        case leaveOut
    }

    private struct Bucket {
        var tokens: Int
        /// When the last token came, in milliseconds; nothing is lost of the time since.
        var filledAt: Int
        var leftOut = 0
    }

    private let atOnce: Int
    private let millisecondsEach: Int
    private var buckets: [UInt32: Bucket] = [:]
    /// Uids that are told apart. Where there are more, those that have been quiet go first; the others share what is left out.
    private static let mostUIDs = 1024

    package init(atOnce: Int, millisecondsEach: Int) {
        self.atOnce = atOnce
        self.millisecondsEach = millisecondsEach
    }

    /// - Parameter now: milliseconds of a clock that never goes back.
    package mutating func ask(_ uid: UInt32, now: Int) -> Verdict {
        if buckets[uid] == nil, buckets.count >= Self.mostUIDs {
            forgetQuietOnes(now)
            if buckets.count >= Self.mostUIDs { return .leaveOut }
        }
        var bucket = buckets[uid] ?? Bucket(tokens: atOnce, filledAt: now)
        fill(&bucket, now)
        defer { buckets[uid] = bucket }
        if bucket.tokens == 0 {
            bucket.leftOut += 1
            return .leaveOut
        }
        bucket.tokens -= 1
        defer { bucket.leftOut = 0 }
        return .write(leftOut: bucket.leftOut)
    }

    private func fill(_ bucket: inout Bucket, _ now: Int) {
        let come = max(0, now - bucket.filledAt) / millisecondsEach
        bucket.filledAt += come * millisecondsEach
        bucket.tokens = min(atOnce, bucket.tokens + come)
    }

    /// A full bucket that owes no count is as good as none.
    private mutating func forgetQuietOnes(_ now: Int) {
        buckets = buckets.filter { _, bucket in
            var bucket = bucket
            fill(&bucket, now)
            return bucket.tokens < atOnce || bucket.leftOut > 0
        }
    }
}
