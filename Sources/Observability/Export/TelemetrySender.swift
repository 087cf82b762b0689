// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
import GatewayModel
import ProviderAdapters
package import Telemetry

/// What carries an exporter's batches: one task a signal on the exporter's own thread. Confined to that thread.
package final class TelemetrySender {
    private let exporter: TelemetryExporter
    private let transport: any UpstreamTransport
    private let timers: GatewayTimers
    private let logger: Logger
    private let families: @Sendable () async -> [MetricFamily]
    private let perform: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// Ends the pause of a signal's task.
    private var pauses: [TelemetrySignal: () -> Void] = [:]
    private var running = 0
    private var whenDone: (() -> Void)?

    /// - Parameters:
    ///   - families: the metrics as they are.
    ///   - perform: runs a closure on the thread.
    package init(
        _ exporter: TelemetryExporter, over transport: any UpstreamTransport, timers: GatewayTimers, logger: Logger,
        families: @escaping @Sendable () async -> [MetricFamily],
        perform: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.exporter = exporter
        self.transport = transport
        self.timers = timers
        self.logger = logger
        self.families = families
        self.perform = perform
    }

    package func start() {
        // It is touched on the thread only, where `perform` leads.
        nonisolated(unsafe) let sender = self
        let perform = perform
        exporter.onWake { signal in perform { sender.pauses[signal]?() } }
        for signal in TelemetrySignal.allCases where exporter.options.signals.contains(signal) {
            running += 1
            _ = timers.spawn {
                await sender.run(signal)
                sender.running -= 1
                if sender.running == 0 { sender.whenDone?() }
            }
        }
    }

    /// Returns when the exporter was closed and everything is out, or dropped.
    package func awaitEnd() async {
        if running == 0 { return }
        await withUnsafeContinuation { continuation in whenDone = { continuation.resume() } }
    }

    private func run(_ signal: TelemetrySignal) async {
        var wasInTrouble = false
        while true {
            switch await exporter.next(signal, families) {
            case .done: return
            case .wait(let until):
                await pause(signal, until: until)
                if signal == .metrics, exporter.now >= until { exporter.tick() }
            case .send(let bodies):
                // A batch of which there is nothing to tell is as good as taken.
                var outcome = ExportOutcome.taken(rejected: 0)
                if let body = bodies.first { outcome = await send(body, signal) }
                exporter.ended(signal, outcome)
                let isInTrouble = report(outcome, of: signal, after: wasInTrouble)
                wasInTrouble = isInTrouble
            }
        }
    }

    private func pause(_ signal: TelemetrySignal, until instant: UInt64) async {
        let now = exporter.now
        if instant <= now { return }
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            var isOver = false
            func resume() {
                if isOver { return }
                isOver = true
                pauses[signal] = nil
                continuation.resume()
            }
            let cancel = timers.after(instant - now) { resume() }
            pauses[signal] = {
                cancel()
                resume()
            }
        }
    }

    private func send(_ body: [UInt8], _ signal: TelemetrySignal) async -> ExportOutcome {
        let options = exporter.options
        do throws(GatewayFailure) {
            let request = UpstreamRequest(
                url: "\(options.endpoint.text)/v1/\(signal.rawValue)",
                fields: options.fields + [HTTPField("content-type", "application/x-protobuf")],
                credential: try options.credential?(), body: body[...],
                timeouts: UpstreamTimeouts(totalMilliseconds: options.timeoutMilliseconds))
            let exchange = try await transport.open(request)
            let (status, head) = (exchange.status, exchange.head)
            let answer = try await exchange.collect(limit: 64 << 10)
            return ExportOutcome(
                status: status, retryAfterMilliseconds: retryAfterMilliseconds(head), body: answer)
        } catch {
            switch error.code {
            case .upstreamUnreachable, .upstreamTimeout, .vaultLocked, .notFound:
                return .later(error.message, afterMilliseconds: nil)
            default: return .refused(error.message)
            }
        }
    }

    /// Says when trouble begins and when it ends, not each time.
    private func report(_ outcome: ExportOutcome, of signal: TelemetrySignal, after wasInTrouble: Bool) -> Bool {
        let trouble: String
        switch outcome {
        case .taken(let rejected):
            if wasInTrouble { logger.notice("Telemetry is exported again", ["signal": .text(signal.rawValue)]) }
            if rejected == 0 { return false }
            trouble = "The collector left out \(rejected) of a batch."
        case .refused(let why), .later(let why, _): trouble = why
        }
        if !wasInTrouble {
            logger.warning(
                "Telemetry is not exported", ["signal": .text(signal.rawValue), "detail": .text(trouble)])
        }
        return true
    }
}
