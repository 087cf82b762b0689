// SPDX-License-Identifier: Apache-2.0

/// A target's breaker as the README describes it, fed with what is observed: when a try must not be.
struct BreakerModel {
    enum Opinion: Equatable {
        case fine, isProbe, lastResort
        case wrong(String)
    }

    private enum State: Equatable {
        case closed
        case open(until: UInt64)
        case halfOpen(probe: Int?)
        /// From outside no one can tell any more: two things happened at the same instant, and their order decides.
        case unclear
    }

    /// What is counted of one length of window: it begins with a failure, and when it is over the next failure begins another.
    private struct Window {
        let length: UInt64
        var began: UInt64 = 0
        var failures = 0
        var successes = 0

        mutating func add(isFailure: Bool, at now: UInt64) {
            if failures > 0, now - began > length { (failures, successes) = (0, 0) }
            if isFailure, failures == 0 { began = now }
            if isFailure { failures += 1 } else if failures > 0 { successes += 1 }
        }
    }

    private struct End {
        var at: UInt64
        var isFailure: Bool?
        var rule: BreakerSettings?
        var isHedged: Bool

        /// Whether it makes a difference which of them is counted first, and no one can tell.
        func isUnclear(beside other: End) -> Bool {
            at == other.at && (isHedged || other.isHedged) && isFailure != nil && other.isFailure != nil
                && (isFailure != other.isFailure || rule != other.rule)
        }
    }

    private var state = State.closed
    private var lastEnd: End?
    /// When it got into this state. What happens at the same instant may have been decided before.
    private(set) var changedAt: UInt64 = 0
    private var closedSince: UInt64 = 0
    /// The default's always, others from the first failure on under a rule that has them.
    private var windows = [Window(length: 30_000_000_000)]
    private var failuresInARow = 0
    /// The probe is a leaf of last resort: its call may have been turned away by a probe that begins at this same instant.
    private var mayBeLastResort = false
    private var openings = 0
    private var changes = 0
    private var probesFailedInARow = 0
    var isClosed: Bool { state == .closed }

    struct Summary {
        var openings: Int
        var changes: Int
        var probesFailedInARow: Int
        var isClosed: Bool
    }
    var summary: Summary {
        Summary(openings: openings, changes: changes, probesFailedInARow: probesFailedInARow, isClosed: isClosed)
    }

    /// A try begins.
    mutating func began(_ attempt: Int, isLastResort: Bool, at now: UInt64) -> Opinion {
        switch state {
        case .closed, .unclear: return .fine
        case .open(let until):
            if now >= until { return probe(attempt, isLastResort, now) }
            if changedAt == now { return .fine }
            return isLastResort ? .lastResort : .wrong("a try to a breaker that is open for another \(until - now) ns")
        case .halfOpen(nil):
            if changedAt == now, isLastResort {
                change(to: .unclear, now)
                return .fine
            }
            return probe(attempt, isLastResort, now)
        case .halfOpen(let probe?):
            if changedAt == now, mayBeLastResort {
                if !isLastResort { return self.probe(attempt, false, now) }
                change(to: .unclear, now)
                return .fine
            }
            return isLastResort ? .lastResort : .wrong("a second try at a half-open breaker beside its probe, try \(probe)")
        }
    }

    private mutating func probe(_ attempt: Int, _ isLastResort: Bool, _ now: UInt64) -> Opinion {
        change(to: .halfOpen(probe: attempt), now)
        mayBeLastResort = isLastResort
        return .isProbe
    }

    /// The first chunk of a stream is good news enough of a probe.
    mutating func heard(_ attempt: Int, at now: UInt64) {
        if state == .halfOpen(probe: attempt) { close(now) }
    }

    /// A try ends.
    /// - Parameters:
    ///   - isFailure: nil: it says nothing of the target.
    ///   - isHedged: its call has hedges: what ends at the same instant may be counted in another order than it is seen.
    mutating func ended(
        _ attempt: Int, begun: UInt64, isFailure: Bool?, _ rule: BreakerSettings?, isHedged: Bool = false, at now: UInt64
    ) {
        let end = End(at: now, isFailure: isFailure, rule: rule, isHedged: isHedged)
        if let lastEnd, end.isUnclear(beside: lastEnd), state == .closed || changedAt == now { change(to: .unclear, now) }
        lastEnd = end
        switch state {
        case .closed:
            guard let isFailure, begun >= closedSince else { return }
            let length = Self.cooldown(rule)
            if isFailure, !windows.contains(where: { $0.length == length }) { windows.append(Window(length: length)) }
            for index in windows.indices { windows[index].add(isFailure: isFailure, at: now) }
            failuresInARow = isFailure ? failuresInARow + 1 : 0
            if isReached(rule, length) { open(1, rule, now) }
        case .halfOpen(attempt):
            guard let isFailure else { return change(to: .halfOpen(probe: nil), now) }
            if !isFailure { return close(now) }
            probesFailedInARow += 1
            open(min(10, 1 << min(probesFailedInARow, 10)), rule, now)
        case .open, .halfOpen, .unclear: break
        }
    }

    private mutating func change(to state: State, _ now: UInt64) {
        self.state = state
        changedAt = now
        changes += 1
    }

    private mutating func close(_ now: UInt64) {
        change(to: .closed, now)
        closedSince = now
        windows = [Window(length: 30_000_000_000)]
        failuresInARow = 0
        probesFailedInARow = 0
    }

    private mutating func open(_ multiple: UInt64, _ rule: BreakerSettings?, _ now: UInt64) {
        openings += 1
        change(to: .open(until: now + multiple * Self.cooldown(rule)), now)
    }

    private static func cooldown(_ rule: BreakerSettings?) -> UInt64 {
        UInt64(max(rule?.cooldownMilliseconds ?? 30_000, 30_000)) * 1_000_000
    }

    /// Whether there were too many failures by this rule.
    private func isReached(_ rule: BreakerSettings?, _ length: UInt64) -> Bool {
        if rule == nil, failuresInARow >= 10 { return true }
        guard let window = windows.first(where: { $0.length == length }), window.failures > 0 else { return false }
        if let most = rule?.failures, window.failures >= most { return true }
        guard let percent = rule == nil ? 50 : rule?.percent else { return false }
        let total = window.failures + window.successes
        return total >= (rule == nil ? 20 : rule?.minimum ?? 5) && window.failures * 100 >= percent * total
    }
}
