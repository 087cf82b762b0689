// SPDX-License-Identifier: Apache-2.0

/// Would-be hits of one namespace that also went to the provider, and how many of them were false.
package struct FalseHitCounts: Sendable, Equatable {
    package var verified = 0
    package var refuted = 0
    /// The bound could not be held: nothing but exact hits are served there.
    package var isStopped = false

    package init() {}
}
