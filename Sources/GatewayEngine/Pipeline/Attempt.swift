// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters

/// One try at one target: a request that is ready to be sent, and what becomes of it. Used once.
///
/// An object, so that the tasks' frames stay small: what a frame cannot hold is allocated anew for each request.
final class Attempt {
    private let target: String
    private var request: UpstreamRequest?
    private let dialect: any Dialect
    private let call: DialectCall
    private let transport: any UpstreamTransport
    private let clock: GatewayClock
    private let report: CallReport
    private let sent: UInt64
    /// The provider's HTTP status, once there is one.
    private var status = 0

    init(
        target: String, request: UpstreamRequest, dialect: any Dialect, call: DialectCall, transport: any UpstreamTransport,
        clock: GatewayClock, report: CallReport
    ) {
        self.target = target
        self.request = request
        self.dialect = dialect
        self.call = call
        self.transport = transport
        self.clock = clock
        self.report = report
        sent = clock.monotonicNanoseconds()
    }

    /// Sends the request and brings the answer back: whole, or piece by piece through `sink`.
    func run(_ sink: any ChunkSink) async throws(GatewayFailure) -> CallEnd {
        let exchange = try await open()
        status = exchange.status
        guard (200..<300).contains(status) else {
            let body = try await exchange.collect(limit: Self.longestErrorBody)
            throw upstreamFailure(head: exchange.head, body: body, provider: call.provider)
        }
        // A provider that was asked for a stream but answers with JSON has something to say that is no stream.
        if call.stream, !isJSON(exchange) {
            try await relay(exchange, sink)
            return .streamed
        }
        let response = try dialect.decode(try await exchange.collect(limit: Self.longestBody), of: call)
        report.usage = response.usage
        report.responseModel = response.model
        return .response(response)
    }

    /// What the report says of it, once it has ended.
    func ended(_ outcome: String) -> AttemptReport {
        let elapsed = Int((clock.monotonicNanoseconds() &- sent) / 1000)
        report.upstreamMicroseconds = (report.upstreamMicroseconds ?? 0) + elapsed
        return AttemptReport(target: target, status: status, microseconds: elapsed, outcome: outcome)
    }

    /// The request goes with its sending, and the key in it.
    private func open() async throws(GatewayFailure) -> any UpstreamExchange {
        guard let request else { throw GatewayFailure(.internalError, "An attempt was run twice.") }
        self.request = nil
        return try await transport.open(request)
    }

    /// Passes a stream on as it comes: bytes in, whole chunks out, one batch for each wake-up.
    private func relay(_ exchange: any UpstreamExchange, _ sink: any ChunkSink) async throws(GatewayFailure) {
        let decoder = dialect.streamDecoder(for: call)
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
                if report.chunks == 0 { report.firstChunkMicroseconds = Int((clock.monotonicNanoseconds() &- sent) / 1000) }
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
            throw GatewayFailure(
                .upstreamUnreachable, "The provider's stream ended before its end mark: what came may not be all of the answer.")
        }
    }

    private static var longestErrorBody: Int { 1 << 20 }
    private static var longestBody: Int { 64 << 20 }

    private func isJSON(_ exchange: any UpstreamExchange) -> Bool {
        exchange.value("content-type")?.hasPrefix("application/json") ?? false
    }
}
