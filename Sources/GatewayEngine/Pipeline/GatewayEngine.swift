// SPDX-License-Identifier: Apache-2.0
import GatewayModel
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
        let report = CallReport(
            traceID: call.options.traceID ?? identifiers.traceID(at: wall), spanID: call.options.spanID ?? identifiers.spanID())
        var end: CallEnd
        do throws(GatewayFailure) {
            end = try await attempt(call, wall, sink, report)
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
        _ call: GatewayCall, _ wall: Int, _ sink: any ChunkSink, _ report: CallReport
    ) async throws(GatewayFailure) -> CallEnd {
        let attempt = try prepare(call, wall, report)
        do throws(GatewayFailure) {
            let end = try await attempt.run(sink)
            report.attempts.append(attempt.ended("ok"))
            return end
        } catch {
            report.attempts.append(attempt.ended(error.code.name))
            throw error
        }
    }

    private func prepare(_ call: GatewayCall, _ wall: Int, _ report: CallReport) throws(GatewayFailure) -> Attempt {
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
        return Attempt(
            target: target.path, request: try upstreamRequest(encoded, to: target, call), dialect: dialect, call: dialectCall,
            transport: target.provider.dialect == .local ? inProcess : network, clock: clock, report: report)
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

    // MARK: The books

    private func microseconds(since start: UInt64) -> Int { Int((clock.monotonicNanoseconds() &- start) / 1000) }

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

