// SPDX-License-Identifier: Apache-2.0

/// Bounds and pauses of the cache's file.
package struct AnswerStoreOptions: Sendable {
    /// The file grows to no more; its log beside it to some megabytes.
    package var diskBytes = 1 << 30
    /// Answers that may wait for the disk, and their bytes. Further ones are dropped.
    package var queueLimit = 8192
    package var queueBytes = 32 << 20
    package var gatherMilliseconds: Int32 = 25
    package var firstPauseMilliseconds: Int32 = 100
    package var longestPauseMilliseconds: Int32 = 5000
    /// Between two looks for what has expired.
    package var sweepMilliseconds: Int32 = 300_000
    /// Milliseconds since 1970, UTC.
    package var wallMilliseconds: @Sendable () -> Int

    var maximumPages: Int { max(16, diskBytes / AnswerSchema.pageSize) }

    package init(wallMilliseconds: @escaping @Sendable () -> Int) { self.wallMilliseconds = wallMilliseconds }
}
