// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing

/// Finds the answer to one question for all who wait for it: on disk, under another question that means the same, or at the
/// provider; and keeps a good one before it says that it is over.
final class AnswerFlight {
    private let question: CacheQuestion
    private let cache: SharedCache
    private let control: FlightControl
    private let makeAttempt: () throws(GatewayFailure) -> UpstreamAttempt
    /// Where a would-be hit of this call falls among a hundred: below `verify_percent` it is verified.
    private let draw: Double
    /// Who makes the question's vector, where it is not the daemon itself.
    private let vectors: ProviderVectors?

    init(
        _ question: CacheQuestion, _ cache: SharedCache, _ control: FlightControl, draw: Double, _ vectors: ProviderVectors?,
        makeAttempt: @escaping () throws(GatewayFailure) -> UpstreamAttempt
    ) {
        self.question = question
        self.cache = cache
        self.control = control
        self.draw = draw
        self.vectors = vectors
        self.makeAttempt = makeAttempt
    }

    func run() async {
        if let answer = await cache.answerOnDisk(to: question) { return control.ended(stored(answer, cosine: nil)) }
        var finding = SemanticFinding.none
        if question.isSemantic {
            finding = await cache.semantics.find(question, vectors)
            if let hit = finding.hit, let answer = await served(hit) {
                return control.ended(stored(answer, cosine: hit.cosine))
            }
        }
        await ask(finding)
    }

    // MARK: A hit

    /// The answer of a semantic hit, unless it is only to be counted, refreshed or verified.
    private func served(_ hit: SemanticHit) async -> CachedAnswer? {
        if question.refreshes {
            await cache.remove(hit.key)
            return nil
        }
        guard question.servesSemantic, !hit.isHeldBack, draw >= question.rule.semantic.verifyPercent else { return nil }
        return await cache.answer(for: hit.key, maxAgeSeconds: question.rule.maxAgeSeconds)
    }

    private func stored(_ answer: CachedAnswer, cosine: Float?) -> FlightEnd {
        FlightEnd(.stored(answer, cosine: cosine), wasSent: false, status: 200, responseModel: answer.responseModel)
    }

    // MARK: The provider

    private func ask(_ finding: SemanticFinding) async {
        var attempt: UpstreamAttempt?
        do throws(GatewayFailure) {
            let made = try makeAttempt()
            attempt = made
            try await made.reserve()
            // While that was written everybody may have gone: what was reserved goes with the try.
            guard control.sent(reservation: made.reservation) else { return }
            made.handOver()
            let answer = try await made.begin()
            let response: UnifiedResponse?
            let outcome: FlightEnd.Outcome
            switch answer {
            case .whole(let whole): (response, outcome) = (whole, .whole(whole))
            case .stream: (response, outcome) = (try await relay(made), .streamed)
            }
            let kept = response.flatMap { cache.keep($0, status: made.status, to: question, finding) }
            control.ended(end(outcome, of: made))
            if let kept { await learn(finding, from: kept) }
        } catch {
            control.ended(end(.failed(error), of: attempt))
        }
    }

    /// - Returns: the whole answer, where its pieces make one.
    private func relay(_ attempt: UpstreamAttempt) async throws(GatewayFailure) -> UnifiedResponse? {
        control.began(
            FlightHead(
                status: attempt.status, latencyNanoseconds: attempt.latencyNanoseconds, responseModel: attempt.responseModel))
        let sink = AssemblingSink(control, question.context.operation, maximumBytes: cache.longestAnswer)
        try await attempt.relay(sink)
        return sink.whole(usage: attempt.usage, model: attempt.responseModel)
    }

    private func end(_ outcome: FlightEnd.Outcome, of attempt: UpstreamAttempt?) -> FlightEnd {
        guard let attempt else { return FlightEnd(outcome, wasSent: false) }
        return FlightEnd(
            outcome, wasSent: attempt.wasSent, status: attempt.status, latencyNanoseconds: attempt.latencyNanoseconds,
            elapsedNanoseconds: attempt.elapsedNanoseconds, firstByteNanoseconds: attempt.firstByteNanoseconds,
            usage: attempt.usage, reservation: attempt.reservation, unreported: attempt.unreported,
            responseModel: attempt.responseModel, chunks: attempt.chunks, droppedParams: attempt.droppedParams)
    }

    /// Makes the question known to those that mean the same, and looks whether the answer that would have served says what the
    /// provider says now. Nobody waits for it.
    private func learn(_ finding: SemanticFinding, from fresh: CachedAnswer) async {
        if let probe = finding.probe { await cache.semantics.keep(probe, fresh) }
        guard let hit = finding.hit, !question.refreshes,
            let old = await cache.answer(for: hit.key, maxAgeSeconds: question.rule.maxAgeSeconds)
        else { return }
        if await cache.semantics.verify(hit, old, fresh, question) { await cache.remove(hit.key) }
    }
}

/// Passes a stream on to the passengers of a flight, and puts the whole answer together.
private final class AssemblingSink: ChunkSink {
    private let control: FlightControl
    private var assembler: AnswerAssembler

    init(_ control: FlightControl, _ operation: Operation, maximumBytes: Int) {
        self.control = control
        assembler = AnswerAssembler(operation: operation, maximumBytes: maximumBytes)
    }

    func send(_ batch: borrowing ChunkBatch) async {
        assembler.receive(batch)
        await control.send(batch)
    }

    /// The stream has ended with its end mark.
    func whole(usage: Usage, model: String?) -> UnifiedResponse? {
        var last = ChunkBatch()
        last.finished = true
        last.usage = usage
        last.model = model
        assembler.receive(last)
        return try? assembler.finish()
    }
}
