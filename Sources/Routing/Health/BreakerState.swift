// SPDX-License-Identifier: Apache-2.0

package enum BreakerState: String, Sendable {
    case closed
    case open
    case halfOpen = "half_open"
}

/// Why a breaker is in another state than before.
package enum BreakerChange: String, Sendable {
    /// Too many failures.
    case opened
    /// The probe failed.
    case reopened
    /// The first probe is under way.
    case halfOpened = "half_opened"
    /// The probe succeeded.
    case closed
    /// `targets.trip` opened it.
    case tripped
    /// `targets.reset` closed it.
    case reset
}

/// A breaker changed its state: for the log, and to keep open breakers over a restart.
package struct BreakerTransition: Sendable, Equatable {
    package var id: TargetID
    package var change: BreakerChange
    /// For how long it opened; 0 when it did not.
    package var openMilliseconds: Int

    package init(id: TargetID, change: BreakerChange, openMilliseconds: Int) {
        self.id = id
        self.change = change
        self.openMilliseconds = openMilliseconds
    }
}

/// A breaker that is not closed, as it is kept over a restart.
package struct OpenBreaker: Sendable, Equatable {
    package var id: TargetID
    /// Until a probe may go; 0 when it may.
    package var remainingMilliseconds: Int
    /// How many times its rule's cooldown it was opened for.
    package var multiple: Int

    package init(id: TargetID, remainingMilliseconds: Int, multiple: Int) {
        self.id = id
        self.remainingMilliseconds = remainingMilliseconds
        self.multiple = multiple
    }
}
