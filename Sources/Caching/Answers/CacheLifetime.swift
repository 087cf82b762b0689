// SPDX-License-Identifier: Apache-2.0

/// How long an answer may be given. The field's rule for `max_age` in seconds: 60 to 7,776,000 (90 days); a value outside, or
/// none, becomes the default, 604,800 (7 days). It is not moved to the nearer bound.
package enum CacheLifetime {
    package static var defaultSeconds: Int { 604_800 }
    package static var range: ClosedRange<Int> { 60...7_776_000 }

    package static func seconds(maxAge: Int?) -> Int {
        guard let maxAge, range.contains(maxAge) else { return defaultSeconds }
        return maxAge
    }

    /// - Parameter now: milliseconds since 1970.
    package static func expiry(now: Int, maxAge: Int?) -> Int {
        let (sum, isOver) = now.addingReportingOverflow(seconds(maxAge: maxAge) * 1000)
        return isOver ? .max : sum
    }
}
