// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters

/// A try that asks the provider: a request that is ready to be sent, and what becomes of it.
final class UpstreamAttempt: Attempt {
    let target: Target
    private var request: UpstreamRequest?
    /// The same with the key that the last rotation replaced, for a provider that does not take the new one yet.
    private var withPreviousKey: UpstreamRequest?
    private let dialect: any Dialect
    private let call: DialectCall
    private let transport: any UpstreamTransport
    private let clock: GatewayClock
    private(set) var began: UInt64
    private let claim: SpendingClaim?
    /// Whether the provider may have heard of it.
    private(set) var wasSent = false
    private(set) var reachedNobody = false
    /// The provider's HTTP status, once there is one.
    private(set) var status = 0
    /// To the answer, or to its first chunk; nil before.
    private(set) var latencyNanoseconds: UInt64?
    private(set) var firstByteNanoseconds: UInt64?
    /// Chunks that the caller has been given.
    private(set) var chunks = 0
    private(set) var chunkBytes = 0
    private(set) var usage = Usage()
    private(set) var unreported: StreamMeasure?
    private(set) var responseModel: String?
    let droppedParams: [String]
    var isShared: Bool { false }
    var reservation: Int? { claim?.reservation }
    var cacheNote: CacheNote? { nil }
    var cacheLookupNanoseconds: UInt64? { nil }

    private var exchange: (any UpstreamExchange)?
    private var decoder: (any StreamDecoder)?
    private var bytes: [UInt8] = []
    private var batch = ChunkBatch()
    private var hasMore = true
    private var watchdog: StreamWatchdog?
    /// The key that went with the request, until the provider has shown that it takes it: what it says before may quote it.
    private var mask: SecretMask?

    init(
        _ target: Target, _ encoded: EncodedRequest, _ request: consuming UpstreamRequest, withPreviousKey: UpstreamRequest?,
        dialect: any Dialect, call: consuming DialectCall, claim: SpendingClaim?,
        transport: any UpstreamTransport, clock: GatewayClock, watchdog: StreamWatchdog?
    ) {
        self.target = target
        mask = request.credential.map { SecretMask(secret: $0.secret) }
        self.request = request
        self.withPreviousKey = withPreviousKey
        self.dialect = dialect
        self.call = call
        self.claim = claim
        self.transport = transport
        self.clock = clock
        self.watchdog = watchdog
        droppedParams = encoded.droppedParams
        began = clock.monotonicNanoseconds()
    }

    /// Holds what it may cost at most. `begin` does it where it was not done before.
    func reserve() async throws(GatewayFailure) {
        guard let claim else { return }
        try await claim.reserve()
        // The disk's time is not the target's.
        began = clock.monotonicNanoseconds()
    }

    /// What it holds is settled by whoever accounts for its flight.
    func handOver() { claim?.isHandedOver = true }

    /// Sends the request and waits for an answer that can be given to the caller.
    func begin() async throws(GatewayFailure) -> AttemptAnswer {
        defer { mask = nil }
        do throws(GatewayFailure) { return try await answer() } catch { throw mask?.applied(to: error) ?? error }
    }

    private func answer() async throws(GatewayFailure) -> AttemptAnswer {
        let exchange = try await open()
        status = exchange.status
        firstByteNanoseconds = elapsedNanoseconds
        guard (200..<300).contains(status) else {
            var body = try await exchange.collect(limit: Self.longestErrorBody)
            mask?.apply(to: &body)
            var failure = upstreamFailure(
                head: exchange.head, body: body, provider: call.provider, now: clock.wallMilliseconds())
            if leadsElsewhere(exchange) { failure.divertedKey = target.virtualKey }
            throw failure
        }
        // A provider that was asked for a stream but answers with JSON has something to say that is no stream.
        if call.stream, !isJSON(exchange) {
            self.exchange = exchange
            try await readFirstChunk(exchange)
            latencyNanoseconds = elapsedNanoseconds
            return .stream
        }
        let response = try dialect.decode(try await exchange.collect(limit: Self.longestBody), of: call)
        latencyNanoseconds = elapsedNanoseconds
        usage = response.usage
        responseModel = response.model
        return .whole(response)
    }

    /// Passes the stream on as it comes, from the first chunk: bytes in, whole chunks out, one batch for each wake-up.
    func relay(_ sink: any ChunkSink) async throws(GatewayFailure) {
        guard let exchange, let decoder else { return }
        defer { stop() }
        while true {
            if !batch.isEmpty {
                chunks += batch.count
                chunkBytes += batch.bytes.count
                // While a slow caller is waited for, the provider owes nothing.
                watchdog?.pause()
                await sink.send(batch)
                batch.removeChunks()
                watchdog?.awaitNextChunk()
            }
            if let failure = batch.failure { throw failure }
            if !hasMore { break }
            try await read(exchange, decoder)
        }
        if !batch.finished { throw .streamCutShort }
    }

    /// Ends it where it is: the caller has gone, or another try was faster.
    func stop() {
        watchdog?.stop()
        exchange?.cancel()
        exchange = nil
        if decoder == nil { return }
        usage = batch.usage
        responseModel = batch.model
        let saidAll = batch.finished && usage.inputTokens != nil && usage.outputTokens != nil
        unreported = saidAll || batch.measure.chunks == 0 && usage.isEmpty ? nil : batch.measure
    }

    var elapsedNanoseconds: UInt64 { clock.monotonicNanoseconds() &- began }

    // MARK: Its parts

    /// The request goes with its sending, and the key in it. A provider that refuses a new key is asked once more with the one
    /// before, within the same try: it may not have heard of the new one.
    private func open() async throws(GatewayFailure) -> any UpstreamExchange {
        if Task.isCancelled { throw .callCancelled }
        if claim != nil, reservation == nil { try await reserve() }
        if Task.isCancelled { throw .callCancelled }
        guard let request = request.take() else { throw GatewayFailure(.internalError, "An attempt was run twice.") }
        wasSent = true
        let exchange = try await exchange(request)
        guard let again = withPreviousKey.take(), exchange.status == 401 || exchange.status == 403 else { return exchange }
        // Read, so that the connection can be used again.
        _ = try await exchange.collect(limit: Self.longestErrorBody)
        mask = again.credential.map { SecretMask(secret: $0.secret) }
        return try await self.exchange(again)
    }

    private func exchange(_ request: UpstreamRequest) async throws(GatewayFailure) -> any UpstreamExchange {
        do throws(GatewayFailure) { return try await transport.open(request) } catch {
            reachedNobody = error.reachedNobody
            if error.code != .permissionDenied { throw error }
            var failure = error
            failure.divertedKey = target.virtualKey
            throw failure
        }
    }

    /// Whether the answer is a redirect to another origin. None is ever followed.
    private func leadsElsewhere(_ exchange: any UpstreamExchange) -> Bool {
        guard (300..<400).contains(status), let place = exchange.value("location") else { return false }
        // Without a scheme and a host of its own it stays where it is.
        if place.hasPrefix("/"), !place.hasPrefix("//"), !place.hasPrefix("/\\") { return false }
        return (try? BaseURL(String(place.prefix { $0 != "?" && $0 != "#" })))?.origin != target.base.origin
    }

    private func readFirstChunk(_ exchange: any UpstreamExchange) async throws(GatewayFailure) {
        let decoder = dialect.streamDecoder(for: call)
        self.decoder = decoder
        watchdog?.awaitFirstChunk(of: exchange, sent: began)
        do throws(GatewayFailure) {
            while batch.isEmpty, hasMore, batch.failure == nil { try await read(exchange, decoder) }
        } catch {
            stop()
            throw error
        }
        // Nothing has reached the caller: it is this try's failure, not the stream's.
        if batch.isEmpty, let failure = batch.failure ?? (batch.finished ? nil : .streamCutShort) {
            stop()
            throw failure
        }
    }

    private func read(_ exchange: any UpstreamExchange, _ decoder: any StreamDecoder) async throws(GatewayFailure) {
        do throws(GatewayFailure) {
            hasMore = try await exchange.read(into: &bytes)
        } catch {
            throw watchdog?.expiry ?? error
        }
        if hasMore { decoder.receive(bytes, into: &batch) } else { decoder.finish(into: &batch) }
    }

    private static var longestErrorBody: Int { 1 << 20 }
    private static var longestBody: Int { 64 << 20 }

    private func isJSON(_ exchange: any UpstreamExchange) -> Bool {
        exchange.value("content-type")?.hasPrefix("application/json") ?? false
    }
}

extension GatewayFailure {
    fileprivate static var streamCutShort: GatewayFailure {
        GatewayFailure(
            .upstreamUnreachable, "The provider's stream ended before its end mark: what came may not be all of the answer.")
    }
}
