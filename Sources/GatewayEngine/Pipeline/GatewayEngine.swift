// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import JSONBytes
package import ProviderAdapters

/// The way of a call through the gateway: who and what it is, where it goes, what came back, and the books. One a reactor,
/// confined to its thread; what all reactors share comes in through the ports.
///
/// It is the only place where decisions meet time: everything that decides is a value that it asks.
package final class GatewayEngine {
    private var resolver: TargetResolver
    private let secrets: any SecretSource
    private let journal: any Journal
    private let clock: GatewayClock
    private let timeouts: UpstreamTimeouts
    private let network: any UpstreamTransport
    private let inProcess: any UpstreamTransport
    private var identifiers: IdentifierSource

    /// - Parameters:
    ///   - network: HTTP out.
    ///   - inProcess: where the provider `local` is asked.
    ///   - timeouts: what holds where the caller gives no `request_timeout`.
    package init(
        catalog: ProviderCatalog, secrets: any SecretSource, journal: any Journal, network: any UpstreamTransport,
        inProcess: any UpstreamTransport, clock: GatewayClock, timeouts: UpstreamTimeouts, seed: UInt64
    ) {
        resolver = TargetResolver(catalog: catalog, secrets: secrets)
        self.secrets = secrets
        self.journal = journal
        self.network = network
        self.inProcess = inProcess
        self.clock = clock
        self.timeouts = timeouts
        identifiers = IdentifierSource(seed: seed)
    }

    /// Calls that begin from now on find their providers there.
    package func use(_ catalog: ProviderCatalog) { resolver = TargetResolver(catalog: catalog, secrets: secrets) }

    /// Runs a call to its end. Its row is in the journal when this returns.
    /// - Parameter sink: where the pieces of a streamed answer go.
    package func perform(_ call: GatewayCall, chunks sink: any ChunkSink) async -> (CallEnd, CallReport) {
        let started = clock.monotonicNanoseconds()
        let wall = clock.wallMilliseconds()
        var report = CallReport(
            traceID: call.options.traceID ?? identifiers.traceID(at: wall), spanID: call.options.spanID ?? identifiers.spanID())
        var end: CallEnd
        do throws(GatewayFailure) {
            end = try await attempt(call, wall, sink, &report)
        } catch {
            end = .failed(error)
        }
        if Task.isCancelled, case .failed(let failure) = end, failure.code != .cancelled {
            end = .failed(.callCancelled)
        }
        report.totalMicroseconds = microseconds(since: started)
        journal.append(record(of: call, end, report, startedAt: wall))
        return (end, report)
    }

    // MARK: Routing

    private func attempt(
        _ call: GatewayCall, _ wall: Int, _ sink: any ChunkSink, _ report: inout CallReport
    ) async throws(GatewayFailure) -> CallEnd {
        let target = try resolver.resolve(call, now: wall)
        report.provider = target.provider.id
        report.virtualKey = target.virtualKey
        report.target = target.path
        let dialectCall = DialectCall(
            operation: call.operation, document: call.document, request: call.request, model: target.model,
            stream: call.wantsStream, provider: target.provider,
            strictOpenAICompliance: call.options.strictOpenAICompliance ?? false, createdSeconds: wall / 1000)
        let dialect = dialect(for: target.provider, operation: call.operation)
        let encoded = try dialect.encode(dialectCall)
        report.droppedParams = encoded.droppedParams
        let request = try upstreamRequest(encoded, to: target, call)

        let sent = clock.monotonicNanoseconds()
        var exchangeState = ExchangeState()
        do throws(GatewayFailure) {
            let end = try await exchange(request, target, dialect, dialectCall, sink, &report, &exchangeState, sent)
            note(target, exchangeState.status, "ok", since: sent, &report)
            return end
        } catch {
            note(target, exchangeState.status, error.code.name, since: sent, &report)
            throw error
        }
    }

    private struct ExchangeState {
        /// The provider's HTTP status, once there is one.
        var status = 0
    }

    private func note(_ target: Target, _ status: Int, _ outcome: String, since sent: UInt64, _ report: inout CallReport) {
        let elapsed = microseconds(since: sent)
        report.upstreamMicroseconds = elapsed
        report.attempts.append(AttemptReport(target: target.path, status: status, microseconds: elapsed, outcome: outcome))
    }

    private func upstreamRequest(
        _ encoded: EncodedRequest, to target: Target, _ call: GatewayCall
    ) throws(GatewayFailure) -> UpstreamRequest {
        var limits = timeouts
        if let own = call.options.requestTimeoutMilliseconds { limits.totalMilliseconds = own }
        return UpstreamRequest(
            method: call.operation == .models ? "GET" : "POST", url: target.base.text + encoded.path,
            fields: call.options.forwardHeaders.isEmpty ? encoded.fields : merge(encoded.fields, call.options.forwardHeaders),
            credential: try credential(for: target), body: encoded.body, timeouts: limits)
    }

    /// What the caller forwards stands in for the provider's own field of that name.
    private func merge(_ fields: [HTTPField], _ forwarded: [HTTPField]) -> [HTTPField] {
        fields.filter { own in !forwarded.contains { $0.name == own.name.lowercased() } } + forwarded
    }

    /// The key in plain text: it lives until the request is signed with it.
    private func credential(for target: Target) throws(GatewayFailure) -> Credential? {
        guard let field = target.provider.authField else { return nil }
        let secret: SecretBytes
        switch target.key {
        case .none: return nil
        case .inline(let own): secret = own
        case .vault(let name): secret = try secrets.apiKey(of: name, for: target.base.origin)
        }
        return Credential(fieldName: field, prefix: target.provider.authPrefix, secret: secret)
    }

    // MARK: One exchange

    private func exchange(
        _ request: UpstreamRequest, _ target: Target, _ dialect: any Dialect, _ call: DialectCall, _ sink: any ChunkSink,
        _ report: inout CallReport, _ state: inout ExchangeState, _ sent: UInt64
    ) async throws(GatewayFailure) -> CallEnd {
        let transport = target.provider.dialect == .local ? inProcess : network
        let exchange = try await transport.open(request)
        state.status = exchange.status
        guard (200..<300).contains(exchange.status) else {
            let body = try await exchange.collect(limit: Self.longestErrorBody)
            throw upstreamFailure(head: exchange.head, body: body, provider: target.provider)
        }
        // A provider that was asked for a stream but answers with JSON has something to say that is no stream.
        if call.stream, !isJSON(exchange) {
            try await relay(exchange, dialect.streamDecoder(for: call), sink, &report, sent)
            return .streamed
        }
        let response = try dialect.decode(try await exchange.collect(limit: Self.longestBody), of: call)
        report.usage = response.usage
        report.responseModel = response.model
        return .response(response)
    }

    /// Passes a stream on as it comes: bytes in, whole chunks out, one batch for each wake-up.
    private func relay(
        _ exchange: any UpstreamExchange, _ decoder: any StreamDecoder, _ sink: any ChunkSink, _ report: inout CallReport,
        _ sent: UInt64
    ) async throws(GatewayFailure) {
        var bytes: [UInt8] = []
        var batch = ChunkBatch()
        defer {
            report.usage = batch.usage
            report.responseModel = batch.model
        }
        var more = true
        while more {
            more = try await exchange.read(into: &bytes)
            if more { decoder.receive(bytes, into: &batch) } else { decoder.finish(into: &batch) }
            if !batch.isEmpty {
                if report.chunks == 0 { report.firstChunkMicroseconds = microseconds(since: sent) }
                report.chunks += batch.count
                await sink.send(batch)
                batch.removeChunks()
            }
            if let failure = batch.failure {
                exchange.cancel()
                throw failure
            }
        }
        if !batch.finished {
            throw GatewayFailure(.upstreamUnreachable, "The provider's stream ended before its end mark: what came may not be all of the answer.")
        }
    }

    private static var longestErrorBody: Int { 1 << 20 }
    private static var longestBody: Int { 64 << 20 }

    private func isJSON(_ exchange: any UpstreamExchange) -> Bool {
        exchange.value("content-type")?.hasPrefix("application/json") ?? false
    }

    private func microseconds(since start: UInt64) -> Int { Int((clock.monotonicNanoseconds() &- start) / 1000) }

    // MARK: The books

    private func record(of call: GatewayCall, _ end: CallEnd, _ report: CallReport, startedAt wall: Int) -> CallRecord {
        var record = CallRecord(
            traceID: report.traceID, spanID: report.spanID, startedAtMilliseconds: wall, method: call.operation.rawValue,
            peer: call.peer, virtualKey: report.virtualKey, provider: report.provider,
            model: call.document.find("model", in: call.request).flatMap { call.document.string($0) },
            responseModel: report.responseModel, target: report.target, stream: call.wantsStream, usage: report.usage,
            attempts: report.attempts.count, chunks: report.chunks, latencyMicroseconds: report.totalMicroseconds,
            upstreamMicroseconds: report.upstreamMicroseconds, firstChunkMicroseconds: report.firstChunkMicroseconds,
            cost: report.cost, metadata: call.options.metadata.map { $0[...] })
        if case .failed(let failure) = end {
            record.status = failure.status
            record.errorName = failure.code.name
        }
        return record
    }
}

