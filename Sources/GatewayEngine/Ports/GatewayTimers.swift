// SPDX-License-Identifier: Apache-2.0

/// Waiting, and work that goes on by itself, on the thread of one reactor; injected, so that a test can own time. Confined to
/// that thread.
package struct GatewayTimers {
    /// Suspends the calling task for so many nanoseconds; throws when the task is cancelled.
    package var sleep: (_ nanoseconds: UInt64) async throws(CancellationError) -> Void
    /// Runs a closure once after so many nanoseconds, unless what it returns is called before.
    package var after: (_ nanoseconds: UInt64, _ body: @escaping () -> Void) -> () -> Void
    /// Starts a task that is nobody's child. What it returns cancels that task, from any thread.
    package var spawn: (_ operation: @escaping () async -> Void) -> @Sendable () -> Void

    package init(
        sleep: @escaping (_ nanoseconds: UInt64) async throws(CancellationError) -> Void,
        after: @escaping (_ nanoseconds: UInt64, _ body: @escaping () -> Void) -> () -> Void,
        spawn: @escaping (_ operation: @escaping () async -> Void) -> @Sendable () -> Void
    ) {
        self.sleep = sleep
        self.after = after
        self.spawn = spawn
    }
}
