// SPDX-License-Identifier: Apache-2.0

/// What an entry has learned of itself: its hits that were looked at again, and how near a question must come since.
package struct LearnedThreshold: Sendable, Equatable {
    /// The least cosine that this entry takes, whatever the class of the edit allows; 0: nothing was learned.
    package var floor: Float = 0
    package var confirmed: Int = 0
    package var refuted: Int = 0

    package init() {}
}
