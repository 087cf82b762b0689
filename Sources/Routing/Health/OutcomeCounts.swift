// SPDX-License-Identifier: Apache-2.0

/// Failures and successes of a target while its breaker is closed. They are counted for all rules alike, once for each length of
/// window that rules use, since what a window has forgotten depends on its length.
///
/// A window begins with a failure and is forgotten as a whole when its length has passed since then, as Portkey counts.
struct OutcomeCounts: Sendable {
    static let defaultWindow: UInt64 = 30_000_000_000

    struct Window: Sendable {
        /// Nanoseconds; 0: not in use.
        var length: UInt64 = 0
        var began: UInt64 = 0
        var failures = 0
        /// Since the first failure.
        var successes = 0

        func isOver(_ now: UInt64) -> Bool { now > began && now - began > length }

        mutating func count(isFailure: Bool, now: UInt64) {
            if failures > 0, isOver(now) { (failures, successes) = (0, 0) }
            if isFailure {
                if failures == 0 { began = now }
                failures += 1
            } else if failures > 0 {
                successes += 1
            }
        }
    }

    /// The first is the default's and of every rule with the shortest cooldown; the others belong to the lengths that were used
    /// of late. More than three of these at one target and they push each other out.
    private var windows = InlineArray<4, Window>(repeating: Window())
    /// Since the last success.
    private(set) var consecutiveFailures = 0

    init() { windows[0].length = Self.defaultWindow }

    /// - Parameter window: of the rule that the try was made under; its window is counted from now on.
    mutating func count(isFailure: Bool, window: UInt64, now: UInt64) {
        consecutiveFailures = isFailure ? consecutiveFailures + 1 : 0
        if isFailure { use(window) }
        for index in windows.indices where windows[index].length != 0 {
            windows[index].count(isFailure: isFailure, now: now)
        }
    }

    /// What is not forgotten of a window at `now`.
    func count(window: UInt64, now: UInt64) -> (failures: Int, successes: Int) {
        for index in windows.indices where windows[index].length == window {
            return windows[index].isOver(now) ? (0, 0) : (windows[index].failures, windows[index].successes)
        }
        return (0, 0)
    }

    private mutating func use(_ length: UInt64) {
        var oldest = 1
        for index in windows.indices {
            if windows[index].length == length { return }
            // One that is not in use began at 0.
            if index > 0, windows[index].began < windows[oldest].began { oldest = index }
        }
        windows[oldest] = Window(length: length)
    }
}
