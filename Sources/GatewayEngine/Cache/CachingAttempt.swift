// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import ProviderAdapters

/// A try that asks the cache first, and the provider through a flight, which identical requests share.
///
/// Whoever is first starts the flight, in a task of its own: that a caller goes away ends it only when nobody else waits for it.
final class CachingAttempt: Attempt {
    let target: Target
    private let question: CacheQuestion
    private let cache: SharedCache
    private let clock: GatewayClock
    let began: UInt64
    /// Boards the flight for the answer, or starts it.
    private let board: () -> SharedFlights.Boarding

    private(set) var cacheNote: CacheNote?
    /// Of an answer that the provider gave, what the try took longer than the provider.
    private(set) var cacheLookupNanoseconds: UInt64?
    private(set) var wasSent = false
    private(set) var isShared = false
    private(set) var status = 0
    private(set) var latencyNanoseconds: UInt64?
    private(set) var firstByteNanoseconds: UInt64?
    private(set) var chunks = 0
    private(set) var chunkBytes = 0
    private(set) var usage = Usage()
    private(set) var unreported: StreamMeasure?
    private(set) var responseModel: String?
    private(set) var droppedParams: [String] = []
    private(set) var reservation: Int?
    private(set) var reachedNobody = false

    private var passenger: FlightPassenger?
    /// Of a stream: what is there already, and not sent yet.
    private var pieces: FlightPieces?
    /// Of a kept answer that goes out in pieces.
    private var replay: ChunkBatch?

    init(
        _ question: CacheQuestion, at target: Target, _ cache: SharedCache, clock: GatewayClock,
        board: @escaping () -> SharedFlights.Boarding
    ) {
        self.question = question
        self.target = target
        self.cache = cache
        self.clock = clock
        self.board = board
        began = clock.monotonicNanoseconds()
    }

    var elapsedNanoseconds: UInt64 { clock.monotonicNanoseconds() &- began }

    func begin() async throws(GatewayFailure) -> AttemptAnswer {
        while true {
            if let answer = cache.answerInMemory(to: question) { return serve(answer, cosine: nil) }
            switch board() {
            case .stored(let answer): return serve(answer, cosine: nil)
            case .aboard(let passenger):
                self.passenger = passenger
                isShared = !passenger.leads
                cacheNote = cache.note(ofMiss: question, leads: passenger.leads)
                do throws(GatewayFailure) { return try await firstNews(of: passenger) } catch {
                    // Whoever began the flight may not spend any more; this caller may, and flies itself.
                    if passenger.leads || error.code != .budgetExceeded && error.code != .rateLimited { throw error }
                }
            }
        }
    }

    func relay(_ sink: any ChunkSink) async throws(GatewayFailure) {
        if let replay {
            chunks = replay.count
            chunkBytes = replay.bytes.count
            return await sink.send(replay)
        }
        guard let passenger else { return }
        do throws(GatewayFailure) {
            while true {
                if let pieces = pieces.take() {
                    chunks += pieces.batch.count
                    chunkBytes += pieces.batch.bytes.count
                    await sink.send(pieces.batch)
                }
                switch try await passenger.next() {
                case .began: break
                case .pieces(let more): pieces = more
                case .ended(let end, let accounts):
                    account(for: end, accounts)
                    if case .failed(let failure) = end.outcome { throw failure }
                    return
                }
            }
        } catch {
            stop()
            throw error
        }
    }

    /// Leaves the flight; what nobody else will account for is this call's.
    func stop() {
        pieces = nil
        guard let passenger = passenger.take(), let owed = passenger.leave() else { return }
        account(for: owed, true)
    }

    // MARK: Its parts

    private func firstNews(of passenger: FlightPassenger) async throws(GatewayFailure) -> AttemptAnswer {
        do throws(GatewayFailure) {
            while true {
                switch try await passenger.next() {
                case .began(let head):
                    status = head.status
                    latencyNanoseconds = head.latencyNanoseconds
                    lookedUp(theRestOf: head.latencyNanoseconds)
                    responseModel = head.responseModel
                case .pieces(let first):
                    pieces = first
                    return .stream
                case .ended(let end, let accounts): return try answer(end, accounts)
                }
            }
        } catch {
            stop()
            throw error
        }
    }

    private func answer(_ end: FlightEnd, _ accounts: Bool) throws(GatewayFailure) -> AttemptAnswer {
        passenger = nil
        account(for: end, accounts)
        switch end.outcome {
        case .whole(let response): return .whole(response)
        case .stored(let answer, let cosine): return serve(answer, cosine: cosine)
        case .streamed: return .stream
        case .failed(let failure): throw failure
        }
    }

    private func account(for end: FlightEnd, _ accounts: Bool) {
        status = end.status
        latencyNanoseconds = end.latencyNanoseconds ?? latencyNanoseconds
        responseModel = end.responseModel ?? responseModel
        droppedParams = end.droppedParams
        isShared = !accounts
        wasSent = accounts && end.wasSent
        if accounts {
            lookedUp(theRestOf: end.elapsedNanoseconds)
            usage = end.usage
            reservation = end.reservation
            if case .failed(let failure) = end.outcome { reachedNobody = failure.reachedNobody }
            unreported = end.unreported
            firstByteNanoseconds = end.firstByteNanoseconds
        }
    }

    private func lookedUp(theRestOf provider: UInt64?) {
        guard cacheLookupNanoseconds == nil, !isShared, let provider else { return }
        let elapsed = elapsedNanoseconds
        cacheLookupNanoseconds = elapsed > provider ? elapsed - provider : 0
    }

    private func serve(_ answer: CachedAnswer, cosine: Float?) -> AttemptAnswer {
        isShared = true
        status = 200
        latencyNanoseconds = elapsedNanoseconds
        cacheLookupNanoseconds = elapsedNanoseconds
        responseModel = answer.responseModel
        cacheNote = cache.note(ofHit: answer, cosine: cosine, for: question)
        let response = UnifiedResponse(body: answer.body, model: answer.responseModel)
        guard question.stream else { return .whole(response) }
        var batch = ChunkBatch()
        // What cannot be told in pieces is given whole, as a provider does that has something to say which is no stream.
        guard
            AnswerReplay(operation: question.context.operation, request: question.request, in: question.document)
                .write(response, into: &batch)
        else { return .whole(response) }
        replay = batch
        return .stream
    }
}
