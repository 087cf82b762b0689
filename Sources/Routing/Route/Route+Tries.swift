// SPDX-License-Identifier: Apache-2.0

extension Route {
    // MARK: Beginning

    /// Names a try that has begun in `TargetHealth`.
    mutating func newTry(_ target: Int, _ kind: TryRecord.Kind, isProbe: Bool, now: UInt64) -> RunningTry {
        let id = TryID(number: tries)
        tries += 1
        return RunningTry(id: id, target: target, kind: kind, isProbe: isProbe, began: now)
    }

    /// The try of the current leaf, which has begun.
    mutating func attempt(_ kind: TryRecord.Kind, isProbe: Bool, _ turn: Turn, _ health: inout TargetHealth) -> RouteStep {
        let begun = newTry(leaf.target, kind, isProbe: isProbe, now: turn.now)
        running = begun
        var hedgeAfter: Int?
        if !leaf.isHedged, let rule = plan.targets[leaf.target].hedge {
            hedgeAfter = health.hedgeDelay(turn.candidates[leaf.target].slot, rule)
        }
        return .attempt(begun.id, target: leaf.target, hedgeAfter: hedgeAfter)
    }

    mutating func turnedAway(_ target: Int, _ until: UInt64) {
        decisions.append(.refused(target: target, until: until))
        refusedUntil = min(refusedUntil ?? until, until)
        if lastResort == nil, plan.targets[target].isLastResort { lastResort = target }
    }

    /// The leaves that were turned away because their breakers are open, in the order in which they would have been asked.
    package var turnedAway: [Int] {
        var targets: [Int] = []
        for case .refused(let target, _) in CollectionOfOne(decisions.first).compactMap(\.self) + decisions.rest
        where !targets.contains(target) { targets.append(target) }
        return targets
    }

    /// The call was about to end with open breakers, and an answer that this leaf once gave serves it.
    package mutating func answeredFromCache(target: Int) { outcome = .kept(target: target) }

    // MARK: Ending

    /// Ends a running try; false when there is none of that name. What still runs is in `running` afterwards.
    mutating func end(
        _ id: TryID, _ end: TryEnd, lost: Bool, isShared: Bool = false, _ candidates: [Candidate],
        _ health: inout TargetHealth, now: UInt64
    ) -> Bool {
        let ended: RunningTry
        if let running, running.id == id {
            ended = running
            self.running = beside
            beside = nil
        } else if let beside, beside.id == id {
            ended = beside
            self.beside = nil
        } else {
            return false
        }
        let (slot, rule) = (candidates[ended.target].slot, plan.targets[ended.target].breaker)
        if isShared {
            let isExtra = ended.kind == .retry || ended.kind == .hedge
            health.withdraw(slot, isExtra: isExtra, asProbe: ended.isProbe, begun: ended.began, rule, now: now)
        } else {
            health.end(slot, end, asProbe: ended.isProbe, begun: ended.began, rule, now: now)
        }
        leaf.lastEnd = end
        decisions.append(
            .tried(
                TryRecord(
                    id: id, target: ended.target, kind: ended.kind, isProbe: ended.isProbe, began: ended.began, ended: now,
                    end: end, lost: lost)))
        return true
    }

    mutating func endOther(
        than id: TryID, _ candidates: [Candidate], _ health: inout TargetHealth, now: UInt64
    ) -> TryID? {
        guard let other = running?.id == id ? beside?.id : running?.id else { return nil }
        return end(other, .cancelled, lost: true, candidates, &health, now: now) ? other : nil
    }

    mutating func finish(
        _ id: TryID, _ candidates: [Candidate], _ health: inout TargetHealth, now: UInt64
    ) -> RouteStep {
        outcome = .finished(id)
        return .finish(id, losing: endOther(than: id, candidates, &health, now: now))
    }

    mutating func fail(_ failure: RouteFailure) -> RouteStep {
        outcome = .failed(failure)
        return .fail(failure)
    }

    // MARK: Judging

    /// Whether this is the answer whatever else could be tried: a success that nothing lists as one to go on from.
    func isAccepted(_ end: TryEnd) -> Bool {
        guard end.isSuccess else { return false }
        let retry = plan.targets[leaf.target].retry
        if leaf.retries < retry.mostRetries, retry.retries(end) { return false }
        return !frames.contains { $0.strategy.mode.movesOn(after: end) }
    }

    /// How long to wait before the current leaf is asked again, in milliseconds; nil: it is not.
    mutating func waitBeforeRetry(
        _ result: TryResult, _ turn: Turn, _ health: inout TargetHealth, _ random: inout some RandomNumberGenerator
    ) -> Int? {
        let rule = plan.targets[leaf.target].retry
        guard rule.attempts > 0 else { return nil }
        guard rule.retries(result.end) else { return giveUp(.notListed) }
        guard leaf.retries < rule.mostRetries else { return giveUp(.attempts) }
        let (wait, reason) = rule.wait(after: result, retry: leaf.retries + 1, &random)
        let until = turn.now + UInt64(wait) * 1_000_000
        guard wait + leaf.waitedMilliseconds < RetryRule.longestWait, until < deadline ?? .max else {
            return giveUp(.waitTooLong)
        }
        let slot = turn.candidates[leaf.target].slot
        if case .refused(let open) = health.mayAdmit(slot, now: turn.now), open > until {
            return giveUp(.circuitOpen)
        }
        guard health.takeRetry(slot, now: turn.now) else { return giveUp(.retryBudget) }
        leaf.retries += 1
        leaf.waitedMilliseconds += wait
        decisions.append(.waits(milliseconds: wait, reason))
        return wait
    }

    private mutating func giveUp(_ reason: GiveUpReason) -> Int? {
        decisions.append(.gaveUp(target: leaf.target, reason))
        return nil
    }
}

extension RetryRule {
    /// Waits of one leaf together stay below it, in milliseconds; as Portkey.
    static let longestWait = 60_000
    /// With these the provider says when to come back (529 is what Anthropic calls 503). Portkey heeds 429 only; RFC 9110 has the
    /// field for 503.
    private static let waitCodes: Set<Int> = [429, 503, 529]

    var mostRetries: Int { min(attempts, Self.mostAttempts) }

    /// No answer at all is retried whatever the codes are.
    func retries(_ end: TryEnd) -> Bool { end == .broken || end.isListed(in: codes) }

    /// The provider's wait, where the rule follows it and there is one; else anything up to 1, 2, 4, 8, 16 s, so that callers who
    /// failed together do not come back together.
    fileprivate func wait(
        after result: TryResult, retry: Int, _ random: inout some RandomNumberGenerator
    ) -> (milliseconds: Int, WaitReason) {
        if usesRetryAfter, let wait = result.retryAfterMilliseconds, case .answered(let status, _) = result.end,
            Self.waitCodes.contains(status)
        {
            // A wait that is too long to be true stays too long, and can be added to.
            return (min(max(wait, 0), Self.longestWait), .retryAfter)
        }
        return (random.whole(upTo: 1000 << (retry - 1)), .backoff)
    }
}
