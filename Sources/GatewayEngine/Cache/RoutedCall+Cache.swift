// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing
import Synchronization

/// Tries at leaves that have a cache rule.
extension RoutedCall {
    func cachingAttempt(
        at target: Target, _ leaf: Int, _ rule: CacheRule, _ cache: SharedCache, traceParent: String?
    ) throws(GatewayFailure) -> CachingAttempt {
        let question = try question(at: target, leaf, rule, cache)
        let draw = Double(random.next() >> 11) * 0x1p-53 * 100
        // Not the call itself: a flight may outlive the call that began it.
        let (maker, ports) = (maker, ports)
        return CachingAttempt(question, at: target, cache, clock: ports.clock) {
            let key = self.flightKey(question, target, leaf)
            let vectors = ProviderVectors(
                rule.semantic, for: maker.call, self.engine, traceID: self.report.traceID, spanID: self.report.spanID)
            return cache.flights.board(key, stored: { cache.answerInMemory(to: question) }) { control in
                let flight = AnswerFlight(question, cache, control, draw: draw, vectors) {
                    () throws(GatewayFailure) in try maker.attempt(at: target, leaf, traceParent: traceParent)
                }
                return ports.timers.spawn { await flight.run() }
            }
        }
    }

    /// Nobody can be asked now, but what was asked before may be known: the exact answer of the first leaf that has it.
    func keptAnswer(_ sink: any ChunkSink) async -> CallEnd? {
        for leaf in route.turnedAway {
            guard let attempt = await keptAttempt(at: leaf), let answer = try? await attempt.begin() else { continue }
            switch answer {
            case .whole(let response): end = .response(response)
            case .stream: if await relay(attempt, sink) != nil { continue }
            }
            show(attempt)
            noteLookup(attempt)
            countSaving(attempt)
            report.chunks = attempt.chunks
            report.responseBytes = attempt.chunkBytes
            route.answeredFromCache(target: leaf)
            explain()
            return end
        }
        return nil
    }

    /// A try that asks nobody: an answer that is kept for this very request; nil where there is none.
    private func keptAttempt(at leaf: Int) async -> CachingAttempt? {
        guard let cache = ports.cache, let rule = plan.targets[leaf].cache, rule.concerns(maker.call.operation),
            let target = try? targets.target(leaf), let question = try? question(at: target, leaf, rule, cache)
        else { return nil }
        var answer = cache.answerInMemory(to: question)
        if answer == nil { answer = await cache.answerOnDisk(to: question) }
        guard let answer else { return nil }
        return CachingAttempt(question, at: target, cache, clock: ports.clock) { .stored(answer) }
    }

    private func question(
        at target: Target, _ leaf: Int, _ rule: CacheRule, _ cache: SharedCache
    ) throws(GatewayFailure) -> CacheQuestion {
        CacheQuestion(
            maker.call, rule, target, plan.targets[leaf], strict: maker.isStrict(plan.targets[leaf].strictOpenAICompliance),
            body: try maker.body(for: leaf), facts: facts, traceID: report.traceID,
            purges: cache.purges.load(ordering: .relaxed))
    }

    /// What must be equal for two calls to share a flight: beside the answer, whose key it costs and how long they wait; and,
    /// since the flight looks into the cache on behalf of all, which answers they take.
    private func flightKey(_ question: CacheQuestion, _ target: Target, _ leaf: Int) -> CacheKey {
        let rule = question.rule
        let credential: FlightTerms.Credential
        switch target.key {
        case .none: credential = .none
        case .vault(let name): credential = .virtualKey(name)
        case .inline: return uniqueKey()
        }
        if !rule.coalesces { return uniqueKey() }
        let options = question.document.find("stream_options", in: question.request)
        var limits = maker.limits(of: leaf)
        limits += [question.refreshes ? 1 : 0, rule.mode.number, rule.maxAgeSeconds]
        if question.isSemantic { limits += [ObjectIdentifier(plan).hashValue, leaf] }
        return question.key.flight(
            FlightTerms(
                credential: credential, stream: question.stream, streamOptions: options.map { question.document.raw($0) },
                limits: limits))
    }

    /// Of a flight that nobody else boards.
    private func uniqueKey() -> CacheKey { CacheKey(words: (random.next(), random.next(), random.next(), random.next())) }
}

extension CacheRule.Mode {
    fileprivate var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
