// SPDX-License-Identifier: Apache-2.0

/// How a try ended, as the health of its target sees it.
package enum TryEnd: Sendable, Equatable {
    /// The provider's answer; `latency` to its head or first chunk, in nanoseconds.
    case answered(status: Int, latency: UInt64)
    /// No answer: unreachable, reset, cut short.
    case broken
    /// Our own time limit (Portkey's 408).
    case timedOut
    /// The caller went away or a hedge lost: says nothing of the target.
    case cancelled
}

/// Whether a target may be asked now.
package enum Admission: Sendable, Equatable {
    case open
    /// The one probe of a breaker that is half open.
    case probe
    /// The breaker is open until then (nanoseconds, as `now`). While the probe is in flight: the time to ask again.
    case refused(until: UInt64)
}

/// What a try's end says about its target, by the rule of the config that made the try.
enum Verdict {
    case success
    case failure
    /// The caller's fault, a limit, a refused key, or no end at all.
    case nothing

    init(_ end: TryEnd, _ rule: BreakerRule?) {
        let codes = rule?.codes
        switch end {
        // It is the key that is refused; the provider is well.
        case .answered(401, _), .answered(403, _), .cancelled: self = .nothing
        case .answered(let status, _):
            let isFailure = codes.map { $0.contains(status) } ?? (status >= 500)
            self = isFailure ? .failure : (200..<300).contains(status) ? .success : .nothing
        // These have a status for the caller before they are counted: 500, 503 or 502, and 408.
        case .broken: self = codes?.isDisjoint(with: [500, 502, 503]) ?? false ? .nothing : .failure
        case .timedOut: self = codes?.contains(408) ?? true ? .failure : .nothing
        }
    }
}
