// SPDX-License-Identifier: Apache-2.0

extension TargetHealth {
    /// Longer than any rule opens a breaker.
    private static let longestOpenMilliseconds = 30 * 86_400_000

    /// All targets, in the order in which they were first seen.
    package func snapshot(now: UInt64) -> [TargetSnapshot] {
        targets.map { TargetSnapshot($0, now: now) }
    }

    /// nil when the target is not known.
    package func snapshot(of id: TargetID, now: UInt64) -> TargetSnapshot? {
        index(of: id).map { TargetSnapshot(targets[$0], now: now) }
    }

    /// Closes a target's breaker and forgets its failures and its refused key. What is in flight stays counted.
    /// - Returns: false when the target is not known.
    @discardableResult
    package mutating func reset(_ id: TargetID, now: UInt64) -> Bool {
        guard let index = index(of: id) else { return false }
        targets[index].isKeyRejected = false
        let wasClosed = targets[index].breaker.isClosed
        targets[index].breaker.close(now: now)
        if !wasClosed { note(.reset, index) }
        return true
    }

    /// Opens a target's breaker by hand; when the time is over it is half open as after failures.
    /// - Returns: false when the target is not known.
    @discardableResult
    package mutating func trip(_ id: TargetID, for milliseconds: Int, now: UInt64) -> Bool {
        guard let index = index(of: id) else { return false }
        targets[index].breaker.trip(for: Self.interval(max(milliseconds, 1)), multiple: 1, now: now)
        note(.tripped, index)
        return true
    }

    /// The breakers that are not closed, to be kept over a restart.
    package func openBreakers(now: UInt64) -> [OpenBreaker] {
        targets.compactMap { target in
            target.breaker.remaining(now: now).map {
                OpenBreaker(id: target.id, remainingMilliseconds: milliseconds($0), multiple: target.breaker.multiple)
            }
        }
    }

    /// Opens what `openBreakers` told before the restart; the time between is the caller's to subtract.
    package mutating func restore(_ breakers: [OpenBreaker], now: UInt64) {
        for kept in breakers {
            _ = slot(of: kept.id)
            guard let index = index(of: kept.id) else { continue }
            let interval = Self.interval(kept.remainingMilliseconds)
            targets[index].breaker.trip(for: interval, multiple: kept.multiple, now: now)
        }
    }

    private static func interval(_ milliseconds: Int) -> UInt64 {
        UInt64(min(max(milliseconds, 0), longestOpenMilliseconds)) * 1_000_000
    }
}
