// SPDX-License-Identifier: Apache-2.0

/// Would-be hits of one namespace that also went to the provider, and how many of them were false.
package struct FalseHitCounts: Sendable, Equatable {
    package var verified = 0
    package var refuted = 0
    /// The bound could not be held: nothing but exact hits are served there.
    package var isStopped = false

    package init() {}

    /// Counts one hit whose answer was compared with the provider's own. Comparisons that are unclear are not counted at all.
    /// - Parameter maximum: the share of false hits that the namespace may have.
    /// - Returns: whether this one showed that the bound cannot be held; the namespace is stopped from then on.
    package mutating func count(isFalse: Bool, maximum: Double) -> Bool {
        verified += 1
        if isFalse { refuted += 1 }
        guard !isStopped, FalseHitEstimate(self).state(maximum: maximum) == .exceeded else { return false }
        isStopped = true
        return true
    }

    /// Somebody changed the rules or emptied the namespace: what was counted says nothing of what is served from now on.
    package mutating func reset() { self = FalseHitCounts() }
}
