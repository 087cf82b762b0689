// SPDX-License-Identifier: Apache-2.0

/// One try at one target, once it has ended.
package struct AttemptReport: Sendable, Equatable {
    /// The target's path in the config (`config.targets[1]`).
    package var target: String
    /// The provider's HTTP status, or 0 where none came.
    package var status: Int
    package var microseconds: Int
    /// `ok`, or the failure's `data.type`.
    package var outcome: String
    /// Its number among the call's tries, those that were never sent counted.
    package var number = 0
    /// Since the call's start.
    package var startMicroseconds = 0
    package var provider: String?
    package var virtualKey: String?
    /// The name that the provider knows.
    package var model: String?
    package var responseModel: String?
    package var usage = Usage()
    /// Scheme, host and port that it was sent to. Not in the journal.
    package var origin: String?

    package init(target: String, status: Int, microseconds: Int, outcome: String) {
        self.target = target
        self.status = status
        self.microseconds = microseconds
        self.outcome = outcome
    }
}
