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
        switch end {
        // It is the key that is refused; the provider is well.
        case .answered(401, _), .answered(403, _), .cancelled: self = .nothing
        default:
            let isFailure = rule?.codes.map(end.isListed) ?? end.isProvidersFault
            self = isFailure ? .failure : end.isSuccess ? .success : .nothing
        }
    }
}

extension TryEnd {
    var isSuccess: Bool {
        guard case .answered(let status, _) = self else { return false }
        return 200..<300 ~= status
    }

    /// What counts against a target where no list says it.
    fileprivate var isProvidersFault: Bool {
        switch self {
        case .answered(let status, _): status >= 500
        case .broken, .timedOut: true
        case .cancelled: false
        }
    }

    /// Whether a list of status codes names this end. Our own time limit is 408; no answer at all is what Portkey makes of it,
    /// 500 or 503, or what any proxy calls it, 502.
    func isListed(in codes: Set<Int>) -> Bool {
        switch self {
        case .answered(let status, _): codes.contains(status)
        case .broken: codes.contains(500) || codes.contains(502) || codes.contains(503)
        case .timedOut: codes.contains(408)
        case .cancelled: false
        }
    }
}
