// SPDX-License-Identifier: Apache-2.0

/// Holds what is observed against the promises. It reads configs and breakers in its own way and uses nothing of the gateway.
struct Checker {
    struct Call {
        let tier: Int
        let config: Int
        /// When its caller cancelled it or hung up.
        var cancelledAt: UInt64?
        var isCancelled: Bool { cancelledAt != nil }
        var ended: CallOutcome?
        var rows = 0
        /// Its tries, as they began.
        var tries: [Int] = []
        var chunks = 0
        /// The try whose chunks the caller gets.
        var streaming: Int?
        var served = (input: 0, output: 0)
        /// A try was read to its end with a 2xx status.
        var succeeded: Int?
    }

    struct Try {
        let call: Int
        let leaf: Int
        let target: Int
        let began: UInt64
        var status: Int?
        /// What the provider asked to wait, in milliseconds.
        var wait: Int?
        var ended: (outcome: TryOutcome, at: UInt64)?
        var isSuccess: Bool { ended?.outcome == .complete && (200..<300).contains(status ?? 0) }
        /// As the config's lists of codes see it.
        var codes: [Int] {
            switch ended?.outcome {
            case .complete: status.map { [$0] } ?? []
            case .spoiled: [502]
            case .broken: [500, 502, 503]
            case .timedOut: [408]
            case .cancelled, nil: []
            }
        }
    }

    private let configs: [ConfigFacts]
    var calls: [Call] = []
    var tries: [Try] = []
    var breakers: [BreakerModel]
    var probes = ProbeCounts()
    private var isHealed = false
    private var lastArrival: UInt64 = 0

    init(configs: [ConfigFacts], targets: Int) {
        self.configs = configs
        breakers = Array(repeating: BreakerModel(), count: targets)
    }

    func facts(_ call: Int) -> ConfigFacts { configs[calls[call].config] }
    private func reach(_ call: Int) -> ConfigFacts.Reach { facts(call).reach[calls[call].tier] }
    func leaf(_ attempt: Int) -> ConfigFacts.Leaf { facts(tries[attempt].call).leaves[tries[attempt].leaf] }
    func isOpen(_ attempt: Int) -> Bool { tries[attempt].ended == nil }

    /// What was violated by this event, if anything.
    mutating func observe(_ event: Event, at now: UInt64) -> String? {
        switch event {
        case .callBegan(_, _, let config, let tier):
            calls.append(Call(tier: tier, config: config))
            if !isHealed { lastArrival = now }
        case .callCancelled(let call): cancelled(call, now)
        case .callEnded(let call, let outcome): return ended(call, outcome, now).map { "call \(call): \($0)" }
        case .tryBegan(let attempt, let call, let target, let leaf):
            tries.append(Try(call: call, leaf: leaf, target: target, began: now))
            return began(attempt, now).map { "call \(call), try \(attempt): \($0)" }
        case .tryAnswered(let attempt, let status, let wait): (tries[attempt].status, tries[attempt].wait) = (status, wait)
        case .tryEnded(let attempt, let outcome): tryEnded(attempt, outcome, now)
        case .served(let attempt, let input, let output):
            calls[tries[attempt].call].served.input += input
            calls[tries[attempt].call].served.output += output
        case .chunk(let call, let attempt, let number): return chunk(call, attempt, number, now).map { "call \(call): \($0)" }
        case .row(let call, let row): return check(row, of: call).map { "call \(call): \($0)" }
        case .healed: isHealed = true
        case .outage: break
        }
        return nil
    }

    func atTheEnd(ofFullOutage isFullOutage: Bool) -> String? {
        for (index, call) in calls.enumerated() {
            if call.ended == nil { return "call \(index) got no reply" }
            if call.rows != 1 { return "call \(index) has \(call.rows) rows in the journal" }
        }
        if let open = tries.firstIndex(where: { $0.ended == nil }) { return "try \(open) is still in flight" }
        return isFullOutage ? amplification() : nil
    }

    /// In a full outage, for as long as callers come, a target sees at most 1.2 times the tries that it would see without
    /// retries. Ten more are the burst that the budget's ten a second allow at once.
    private func amplification() -> String? {
        for target in breakers.indices {
            let all = tries.count { $0.target == target && $0.began <= lastArrival }
            let calls = Set(tries.lazy.filter { $0.target == target && $0.began <= lastArrival }.map(\.call)).count
            if Double(all) > 1.2 * Double(calls) + 10 { return "\(all) tries of \(calls) calls at target \(target) in an outage" }
        }
        return nil
    }

    // MARK: Tries

    private mutating func began(_ attempt: Int, _ now: UInt64) -> String? {
        let (id, number) = (tries[attempt].call, tries[attempt].leaf)
        let (call, facts) = (calls[id], facts(id))
        if call.isCancelled { return "a try after cancel" }
        if call.ended != nil { return "a try after the reply" }
        if call.succeeded != nil, !facts.goesOnAfterSuccess { return "a try after success" }
        if call.streaming != nil { return "a try after the first chunk was sent on" }
        let reach = reach(id)
        if !reach.leaves.contains(number) || facts.leaves[number].target != tries[attempt].target {
            return "the config does not lead to leaf \(number) at target \(tries[attempt].target)"
        }
        calls[id].tries.append(attempt)
        if call.tries.count + 1 > reach.mostTries { return "the config allows \(reach.mostTries) tries" }
        let leaf = facts.leaves[number]
        let own = call.tries.count { tries[$0].leaf == number } + 1
        if own > leaf.attempts + 1 + facts.leaves.count(where: \.isHedged) { return "leaf \(number) is asked \(own) times" }
        if call.tries.count(where: isOpen) > (facts.isHedged ? 1 : 0) { return "a try beside another one without a hedge" }
        if !facts.isHedged, let last = call.tries.last, let wrong = followsWrongly(last, attempt, leaf, now) { return wrong }
        noteBegin(attempt, call, facts)
        switch breakers[tries[attempt].target].began(attempt, isLastResort: leaf.isLastResort, at: now) {
        case .wrong(let what): return what
        case .lastResort: probes.hit(.lastResortAsked)
        case .fine, .isProbe: break
        }
        return nil
    }

    /// A try that follows another one, without hedges: it goes on as the config lists it, and a retry not before its time.
    private func followsWrongly(_ last: Int, _ attempt: Int, _ leaf: ConfigFacts.Leaf, _ now: UInt64) -> String? {
        let before = tries[last]
        guard let ended = before.ended else { return nil }
        guard before.leaf == tries[attempt].leaf else {
            let facts = facts(before.call)
            let may = facts.mayMoveOn(
                from: before.leaf, to: tries[attempt].leaf, after: before.codes, isSuccess: before.isSuccess)
            return may ? nil : "it went on to leaf \(tries[attempt].leaf) after \(before.codes)"
        }
        if ended.outcome != .broken, leaf.retryCodes.isDisjoint(with: before.codes) {
            return "a retry after \(before.codes), which is not listed"
        }
        let isAsked = leaf.usesRetryAfter && [429, 503, 529].contains(before.status ?? 0)
        if isAsked, let wait = before.wait, now - ended.at < UInt64(max(0, wait)) * 1_000_000 {
            return "a retry \(now - ended.at) ns after it was asked to wait \(wait) ms"
        }
        return nil
    }

    private mutating func tryEnded(_ attempt: Int, _ outcome: TryOutcome, _ now: UInt64) {
        let ended = tries[attempt]
        let outcome = outcome == .cancelled ? reasonOfCancel(attempt, now) : outcome
        tries[attempt].ended = (outcome, now)
        if tries[attempt].isSuccess { calls[ended.call].succeeded = attempt }
        let rule = leaf(attempt).breaker
        noteEnd(attempt, outcome)
        if calls[ended.call].streaming == attempt, leaf(attempt).isHeldBack { return }
        let before = breakers[ended.target].summary
        breakers[ended.target].ended(
            attempt, begun: ended.began, isFailure: isFailure(tries[attempt], rule), rule,
            isHedged: facts(ended.call).isHedged, at: now)
        noteBreaker(before, breakers[ended.target].summary, outcome)
    }

    /// The gateway took it off: because its caller left, because a hedge was faster, or because a limit on a stream has passed.
    private func reasonOfCancel(_ attempt: Int, _ now: UInt64) -> TryOutcome {
        let (ended, leaf) = (tries[attempt], leaf(attempt))
        if calls[ended.call].isCancelled { return .cancelled }
        if calls[ended.call].streaming == attempt { return .timedOut }
        if let limit = leaf.firstChunkTimeout, ended.began + UInt64(limit) * 1_000_000 == now { return .timedOut }
        // A stream whose status is listed as one to go on from is left when its first chunk is there.
        return facts(ended.call).goesOnAfterSuccess && ended.status == 200 ? .complete : .cancelled
    }

    /// Whether an end counts against its target; nil: it says nothing.
    private func isFailure(_ ended: Try, _ rule: BreakerSettings?) -> Bool? {
        if ended.ended?.outcome == .cancelled || ended.codes == [401] || ended.codes == [403] { return nil }
        if let codes = rule?.codes {
            if !ended.codes.allSatisfy({ !codes.contains($0) }) { return true }
        } else if ended.ended?.outcome != .complete || ended.codes[0] >= 500 {
            return true
        }
        return ended.isSuccess ? false : nil
    }

    // MARK: Calls

    private mutating func chunk(_ id: Int, _ attempt: Int, _ number: Int, _ now: UInt64) -> String? {
        if calls[id].ended != nil { return "a chunk after its reply" }
        if let streaming = calls[id].streaming, streaming != attempt { return "its stream was started anew" }
        if tries[attempt].call != id { return "a chunk of call \(tries[attempt].call)" }
        if number != calls[id].chunks { return "chunk \(number) after \(calls[id].chunks) chunks" }
        calls[id].chunks += 1
        if calls[id].streaming == nil {
            calls[id].streaming = attempt
            if leaf(attempt).isHeldBack {
                breakers[tries[attempt].target].ended(
                    attempt, begun: tries[attempt].began, isFailure: false, leaf(attempt).breaker, at: now)
            }
            let wasClosed = breakers[tries[attempt].target].isClosed
            breakers[tries[attempt].target].heard(attempt, at: now)
            if !wasClosed, breakers[tries[attempt].target].isClosed { probes.hit(.probeHeard) }
        }
        return nil
    }

    private mutating func ended(_ id: Int, _ outcome: CallOutcome, _ now: UInt64) -> String? {
        let call = calls[id]
        if call.ended != nil { return "a second reply" }
        calls[id].ended = outcome
        noteReply(id, outcome)
        if call.tries.contains(where: isOpen) { return "a try is in flight after its reply" }
        if let cancelled = call.cancelledAt, cancelled < now { return "it went on for \(now - cancelled) ns after cancel" }
        switch outcome {
        case .response(let attempt):
            if attempt < 0 || attempt >= tries.count || tries[attempt].call != id { return "an answer of another call" }
            if !tries[attempt].isSuccess { return "answered with a try that did not succeed" }
        case .streamed:
            if call.streaming.map({ !tries[$0].isSuccess }) ?? true { return "a stream that was cut ended well" }
        case .failed(1305, _):
            return reach(id).mayHaveNoRoute ? nil : "no_route, but the config leads to a target"
        case .failed(1304, _):
            if isHealed { return "circuit_open though all is well again" }
            if !call.tries.isEmpty { return "circuit_open after \(call.tries.count) tries" }
            let closed = reach(id).leaves.first {
                let breaker = breakers[facts(id).leaves[$0].target]
                return breaker.isClosed && breaker.changedAt < now
            }
            return closed.map { "circuit_open, but the breaker of leaf \($0) is closed" }
        case .failed(let code, _):
            if code == 1401, !call.isCancelled { return "cancelled by nobody" }
            if isHealed { return "failed with \(code) though all is well again" }
        }
        return nil
    }

    private mutating func check(_ row: JournalRow, of id: Int) -> String? {
        let call = calls[id]
        calls[id].rows += 1
        // What a provider did not say is counted by what came; then nothing that was said may be missing.
        let isLess = row.input < call.served.input || row.output < call.served.output
        if isLess || row.isExact && (row.input, row.output) != call.served {
            return "billed \(row.input)+\(row.output), served \(call.served.input)+\(call.served.output)"
        }
        if let cost = row.cost, cost != row.input + row.output {
            return "\(row.input)+\(row.output) tokens cost \(cost)"
        }
        if row.attempts != call.tries.count { return "\(row.attempts) tries in the journal, \(call.tries.count) seen" }
        if row.chunks != call.chunks { return "\(row.chunks) chunks in the journal, \(call.chunks) seen" }
        return nil
    }
}
