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
        at target: Target, _ leaf: Int, _ rule: CacheRule, _ cache: SharedCache
    ) throws(GatewayFailure) -> CachingAttempt {
        let question = CacheQuestion(
            maker.call, rule, target, plan.targets[leaf], strict: maker.isStrict(plan.targets[leaf].strictOpenAICompliance),
            body: try maker.body(for: leaf), facts: facts, traceID: report.traceID,
            purges: cache.purges.load(ordering: .relaxed))
        let key = flightKey(question, target, leaf)
        let draw = Double(random.next() >> 11) * 0x1p-53 * 100
        // Not the call itself: a flight may outlive the call that began it.
        let (maker, ports) = (maker, ports)
        return CachingAttempt(question, at: target, cache, clock: ports.clock) {
            cache.flights.board(key, stored: { cache.answerInMemory(to: question) }) { control in
                let flight = AnswerFlight(question, cache, control, draw: draw) {
                    () throws(GatewayFailure) in try maker.attempt(at: target, leaf)
                }
                return ports.timers.spawn { await flight.run() }
            }
        }
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
