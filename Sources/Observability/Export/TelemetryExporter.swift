// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel
import Synchronization
package import Telemetry

/// Sends spans, log records and metrics to an OpenTelemetry collector over OTLP/HTTP.
///
/// A call that has ended is put into a queue with a bound, and that is all its reactor does. A thread of its own with a
/// transport of its own makes batches of them, sends them, and waits for a collector that is slow or away.
package final class TelemetryExporter: Sendable {
    package let options: ExportOptions
    private let clock: GatewayClock
    private let lanes: Lanes
    private let takesTraces: Bool
    private let takesLogs: Bool
    /// Wakes the sender of a signal, once there is one.
    private let wake = Mutex<(@Sendable (TelemetrySignal) -> Void)?>(nil)

    /// One a signal, since a collector may take one and refuse another. Metrics wait for nobody: a newer figure says all that
    /// an older one said, so their queue has one place.
    private struct Lanes: ~Copyable {
        let traces: Mutex<ExportLane<EndedCall>>
        let logs: Mutex<ExportLane<EndedCall>>
        let metrics: Mutex<ExportLane<Void>>
    }

    package init(_ options: ExportOptions, clock: GatewayClock) {
        self.options = options
        self.clock = clock
        takesTraces = options.signals.contains(.traces)
        takesLogs = options.signals.contains(.logs)
        let now = clock.monotonicNanoseconds()
        let limits = ExportLimits(items: options.queueLimit, intervalNanoseconds: options.intervalNanoseconds)
        lanes = Lanes(
            traces: Mutex(ExportLane(limits, now: now)), logs: Mutex(ExportLane(limits, now: now)),
            metrics: Mutex(ExportLane(ExportLimits(items: 1, intervalNanoseconds: options.intervalNanoseconds), now: now)))
    }

    // MARK: From any thread

    package func append(_ call: borrowing CallRecord) {
        let ended = EndedCall(call)
        if takesTraces, call.isSampled, lanes.traces.withLock({ $0.append(ended, size: ended.size) }) { wake(.traces) }
        if takesLogs, lanes.logs.withLock({ $0.append(ended, size: ended.size) }) { wake(.logs) }
    }

    package func statistics(_ signal: TelemetrySignal) -> (ExportStatistics, queued: Int) {
        switch signal {
        case .traces: lanes.traces.withLock { ($0.statistics, $0.count) }
        case .logs: lanes.logs.withLock { ($0.statistics, $0.count) }
        case .metrics: lanes.metrics.withLock { ($0.statistics, $0.count) }
        }
    }

    /// What is there goes out at once; nothing is taken any more.
    package func close() {
        // What the metrics are at the end is said once more.
        if options.signals.contains(.metrics) { tick() }
        lanes.traces.withLock { $0.close() }
        lanes.logs.withLock { $0.close() }
        lanes.metrics.withLock { $0.close() }
        for signal in TelemetrySignal.allCases { wake(signal) }
    }

    /// Drops what is left, where it took too long.
    package func abandon() {
        lanes.traces.withLock { $0.abandon() }
        lanes.logs.withLock { $0.abandon() }
    }

    private func wake(_ signal: TelemetrySignal) { wake.withLock { $0 }?(signal) }

    func onWake(_ body: @escaping @Sendable (TelemetrySignal) -> Void) { wake.withLock { $0 = body } }

    // MARK: For its senders

    /// The body that a signal's lane wants to be sent; nil for a batch of which nothing is to be told.
    func next(_ signal: TelemetrySignal, _ families: () async -> [MetricFamily]) async -> ExportStep<[UInt8]> {
        let now = clock.monotonicNanoseconds()
        switch signal {
        case .traces: return step(lanes.traces.withLock { $0.next(now: now) }) { OTLPBody.traces($0, options.source) }
        case .logs: return step(lanes.logs.withLock { $0.next(now: now) }) { OTLPBody.logs($0, options.source) }
        case .metrics: break
        }
        switch lanes.metrics.withLock({ $0.next(now: now) }) {
        case .done: return .done
        case .wait(let until): return .wait(until: until)
        case .send:
            let body = OTLPBody.metrics(await families(), options.source, now: clock.wallMilliseconds())
            return .send(body.map { [$0] } ?? [])
        }
    }

    private func step(
        _ step: ExportStep<EndedCall>, _ encode: ([EndedCall]) -> [UInt8]?
    ) -> ExportStep<[UInt8]> {
        switch step {
        case .done: .done
        case .wait(let until): .wait(until: until)
        case .send(let calls): .send(encode(calls).map { [$0] } ?? [])
        }
    }

    /// The interval is over: the metrics are to be sent.
    func tick() { _ = lanes.metrics.withLock { $0.count == 0 ? $0.append((), size: 0) : false } }

    func ended(_ signal: TelemetrySignal, _ outcome: ExportOutcome) {
        let now = clock.monotonicNanoseconds()
        let jitter = Double.random(in: 0..<1)
        switch signal {
        case .traces: lanes.traces.withLock { $0.ended(outcome, now: now, jitter: jitter) }
        case .logs: lanes.logs.withLock { $0.ended(outcome, now: now, jitter: jitter) }
        case .metrics: lanes.metrics.withLock { $0.ended(outcome, now: now, jitter: jitter) }
        }
    }

    var now: UInt64 { clock.monotonicNanoseconds() }
}

/// What is exported, each to a path of its own.
package enum TelemetrySignal: String, Sendable, CaseIterable {
    case traces, metrics, logs
}

/// Where telemetry goes, and how.
package struct ExportOptions: Sendable {
    /// `/v1/traces` and so on are appended to it.
    package var endpoint: BaseURL
    package var fields: [HTTPField]
    /// Opens the key that the collector wants, for one request; nil where it wants none.
    package var credential: (@Sendable () throws(GatewayFailure) -> Credential)?
    package var signals: Set<TelemetrySignal>
    package var intervalNanoseconds: UInt64
    package var timeoutMilliseconds: Int
    /// Calls that wait for the collector, of each signal.
    package var queueLimit: Int
    package var source: TelemetrySource

    package init(
        endpoint: BaseURL, fields: [HTTPField], credential: (@Sendable () throws(GatewayFailure) -> Credential)?,
        signals: Set<TelemetrySignal>, intervalNanoseconds: UInt64, timeoutMilliseconds: Int, queueLimit: Int,
        source: TelemetrySource
    ) {
        self.endpoint = endpoint
        self.fields = fields
        self.credential = credential
        self.signals = signals
        self.intervalNanoseconds = intervalNanoseconds
        self.timeoutMilliseconds = timeoutMilliseconds
        self.queueLimit = queueLimit
        self.source = source
    }
}
