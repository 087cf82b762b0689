// SPDX-License-Identifier: Apache-2.0

/// Waiting, on the thread of one reactor; injected, so that a test can own time. Confined to that thread.
package struct GatewayTimers {
    /// Suspends the calling task for so many nanoseconds; throws when the task is cancelled.
    package var sleep: (_ nanoseconds: UInt64) async throws(CancellationError) -> Void
    /// Runs a closure once after so many nanoseconds, unless what it returns is called before.
    package var after: (_ nanoseconds: UInt64, _ body: @escaping () -> Void) -> () -> Void

    package init(
        sleep: @escaping (_ nanoseconds: UInt64) async throws(CancellationError) -> Void,
        after: @escaping (_ nanoseconds: UInt64, _ body: @escaping () -> Void) -> () -> Void
    ) {
        self.sleep = sleep
        self.after = after
    }
}
