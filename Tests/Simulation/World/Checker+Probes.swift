// SPDX-License-Identifier: Apache-2.0

/// What rare paths were met, told from outside.
extension Checker {
    mutating func cancelled(_ id: Int, _ now: UInt64) {
        let call = calls[id]
        calls[id].cancelledAt = now
        let open = call.tries.count(where: isOpen)
        if open > 1 { probes.hit(.cancelledWithTwoTries) }
        if call.tries.isEmpty { probes.hit(.cancelledBeforeTry) }
        if open == 0, !call.tries.isEmpty, call.streaming == nil { probes.hit(.cancelledWhileWaiting) }
        if call.streaming != nil { probes.hit(.cancelledInStream) }
    }

    /// `call` is as it was before.
    mutating func noteBegin(_ attempt: Int, _ call: Call, _ facts: ConfigFacts) {
        guard let other = call.tries.first(where: isOpen) else {
            if let last = call.tries.last, tries[last].leaf == tries[attempt].leaf, tries[last].wait ?? 0 > 0,
                leaf(attempt).usesRetryAfter
            {
                probes.hit(.retryAfterHeeded)
            }
            return
        }
        probes.hit(.hedgeStarted)
        if tries[other].target != tries[attempt].target { probes.hit(.hedgeWentElsewhere) }
    }

    mutating func noteEnd(_ attempt: Int, _ outcome: TryOutcome) {
        let call = calls[tries[attempt].call]
        if outcome == .timedOut {
            if call.streaming == attempt {
                probes.hit(.idleTimedOut)
            } else {
                probes.hit(tries[attempt].status == nil ? .requestTimedOut : .firstChunkTimedOut)
            }
        }
        if call.streaming == attempt, outcome == .broken { probes.hit(.cutAfterChunks) }
        if outcome == .cancelled, !call.isCancelled {
            probes.hit(call.tries.first == attempt ? .hedgeWon : .hedgeLost)
        }
    }

    mutating func noteBreaker(_ before: BreakerModel.Summary, _ after: BreakerModel.Summary, _ outcome: TryOutcome) {
        if before.changes == after.changes { return }
        if after.openings > before.openings {
            probes.hit(after.probesFailedInARow > 0 ? .probeFailed : .breakerOpened)
            if after.probesFailedInARow == 3 { probes.hit(.probeFailedThrice) }
        } else if after.isClosed, !before.isClosed {
            probes.hit(.breakerClosed)
        } else if outcome == .cancelled, !after.isClosed {
            probes.hit(.probeCancelled)
        }
    }

    /// What no one can see from outside.
    mutating func noteDecisions(_ json: [UInt8]) {
        if contains(json, "\"retry_budget\"") { probes.hit(.retryBudgetRefused) }
        if contains(json, "\"wait_too_long\"") { probes.hit(.waitTooLong) }
        if contains(json, "\"why\":\"circuit_open\"}") { probes.hit(.retryRefusedByBreaker) }
    }

    mutating func noteReply(_ id: Int, _ outcome: CallOutcome) {
        let call = calls[id]
        let answered: Int?
        switch outcome {
        case .response(let attempt): answered = attempt
        case .streamed:
            answered = call.streaming
            probes.hit(.streamed)
            let hasLoser = call.tries.contains { tries[$0].ended?.outcome == .cancelled }
            if facts(id).isHedged, hasLoser { probes.hit(.hedgedStream) }
            if let first = call.tries.first, let answered, tries[first].leaf != tries[answered].leaf {
                probes.hit(.fellBackBeforeFirstChunk)
            }
        case .failed(1304, _): return probes.hit(.circuitOpenReturned)
        case .failed(1305, _): return probes.hit(.noRouteReturned)
        case .failed(1004, _): return probes.hit(.vaultLockedReturned)
        case .failed: return
        }
        guard let answered, let first = call.tries.first, answered >= 0 else { return }
        let leaf = tries[answered].leaf
        if !facts(id).isHedged, call.tries.count(where: { tries[$0].leaf == leaf }) > 1 { probes.hit(.retriedWithSuccess) }
        if call.tries.contains(where: { $0 != answered && tries[$0].isSuccess }) { probes.hit(.wentOnAfterSuccess) }
        let skipped = facts(id).reach[call.tier].leaves.contains { $0 < leaf && !breakers[facts(id).leaves[$0].target].isClosed }
        if skipped, first == answered { probes.hit(.refusedOtherWasAsked) }
    }
}

private func contains(_ bytes: [UInt8], _ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    return bytes.withUnsafeBufferPointer { bytes in
        guard bytes.count >= count else { return false }
        return (0...bytes.count - count).contains { start in
            (0..<count).allSatisfy { bytes[start + $0] == text.utf8Start[$0] }
        }
    }
}
