// SPDX-License-Identifier: Apache-2.0

/// How many of a namespace's hits are false, as far as a sample of them says.
///
/// Each sample is a hit, picked by chance before its answer is known, that the provider answered as well; it is false when the
/// two answers do not say the same. The true rate lies with 95 % in Wilson's score interval, which stays inside 0...1 and is
/// sound for the few samples and small rates there are here, where the plain normal interval is not.
///
/// The interval is looked at after each sample, so in the long run a namespace that lies right at its bound is stopped more often
/// than in one of forty cases. That errs on the safe side: what is stopped still serves exact hits.
package struct FalseHitEstimate: Sendable, Equatable {
    package let verified: Int
    package let refuted: Int
    /// The share in the sample; nil without any.
    package let rate: Double?
    /// Where the true rate lies with 95 %; 0...1 without a sample.
    package let interval: ClosedRange<Double>

    /// Whether a bound on the rate holds.
    package enum State: String, Sendable, Equatable {
        /// Even the interval's upper end is within the bound: shown to hold.
        case held
        /// The samples allow both.
        case open
        /// Even the interval's lower end is above the bound: it cannot be held.
        case exceeded
    }

    /// The two-sided 95 % quantile of the normal distribution.
    private static let quantile = 1.959963984540054
    /// With fewer samples nothing is stopped: one comparison that went wrong must not end a cache. Two refuted of ten do.
    package static let fewestSamples = 10
    package static let fewestRefuted = 2

    package init(_ counts: FalseHitCounts) {
        verified = max(0, counts.verified)
        refuted = min(max(0, counts.refuted), verified)
        guard verified > 0 else {
            rate = nil
            interval = 0...1
            return
        }
        let samples = Double(verified)
        let share = Double(refuted) / samples
        let square = Self.quantile * Self.quantile
        let middle = (share + square / (2 * samples)) / (1 + square / samples)
        let spread = share * (1 - share) / samples + square / (4 * samples * samples)
        let half = Self.quantile * spread.squareRoot() / (1 + square / samples)
        rate = share
        // At the ends the formula gives 0 and 1 but for rounding.
        let lower = refuted == 0 ? 0 : max(0, middle - half)
        let upper = refuted == verified ? 1 : min(1, middle + half)
        interval = lower...max(lower, upper)
    }

    /// - Parameter maximum: the largest rate that is allowed, such as 0.02.
    package func state(maximum: Double) -> State {
        if interval.upperBound <= maximum { return .held }
        let isEnough = verified >= Self.fewestSamples && refuted >= Self.fewestRefuted
        return isEnough && interval.lowerBound > maximum ? .exceeded : .open
    }

    /// How many samples without a false one it takes to show that a bound is held; nil when no number does.
    package static func samplesToHold(maximum: Double) -> Int? {
        guard maximum > 0 else { return nil }
        let samples = (quantile * quantile * (1 - maximum) / maximum).rounded(.up)
        return samples < 1e9 ? max(1, Int(samples)) : nil
    }
}
