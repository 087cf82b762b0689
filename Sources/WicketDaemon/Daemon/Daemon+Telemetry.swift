// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Glibc
import KeyVault
import Observability
import ProviderAdapters
import Reactor
import Telemetry
import Upstream
import WicketProtocol

/// What is told to a collector. None of it is needed to answer a request.
extension Daemon {
    /// nil where the configuration names no collector.
    func makeExporter(_ vault: KeyVault) -> TelemetryExporter? {
        let settings = configuration.export
        guard let text = settings.endpoint, let endpoint = try? BaseURL(text) else { return nil }
        let started = clock.wallMilliseconds()
        var resource = [
            Attribute("service.name", .text("wicket")), Attribute("service.version", .text(WicketVersion.release)),
            Attribute("service.instance.id", .text("\(getpid())-\(started)")),
            Attribute("process.pid", .integer(Int(getpid()))),
        ]
        if let host = hostName() { resource.append(Attribute("host.name", .text(host))) }
        let source = TelemetrySource(
            resource: resource, version: WicketVersion.release, socketPath: configuration.socketPath,
            startedAtMilliseconds: started)
        var credential: (@Sendable () throws(GatewayFailure) -> Credential)?
        if let name = settings.virtualKey {
            let catalog = Self.catalog(of: configuration)
            credential = { () throws(GatewayFailure) -> Credential in
                try Self.credential(name, from: vault, for: endpoint, catalog)
            }
        }
        let options = ExportOptions(
            endpoint: endpoint, fields: settings.headers, credential: credential, signals: settings.signals,
            intervalNanoseconds: UInt64(settings.intervalMilliseconds) * 1_000_000,
            timeoutMilliseconds: settings.timeoutMilliseconds, queueLimit: settings.queueLimit, source: source)
        return TelemetryExporter(options, clock: clock)
    }

    private static func catalog(of configuration: Configuration) -> ProviderCatalog {
        configuration.providers.reduce(.builtIn) { $0.adding($1) }
    }

    /// As for a request to a provider: the key goes into its provider's field, and to the origin that it is bound to only.
    private static func credential(
        _ name: String, from vault: KeyVault, for endpoint: BaseURL, _ catalog: ProviderCatalog
    ) throws(GatewayFailure) -> Credential {
        let key = try vault.virtualKey(named: name)
        let provider = catalog.provider(key.provider)
        let own = PeerIdentity(pid: getpid(), uid: geteuid(), gid: getegid())
        return Credential(
            fieldName: provider?.authField ?? "authorization", prefix: provider?.authPrefix ?? "Bearer ",
            secret: try vault.apiKey(of: name, for: endpoint.origin, by: own))
    }

    /// On a thread of its own, so that no request waits while batches are made.
    func startTelemetry(_ shared: SharedServices) throws(GatewayFailure) -> TelemetryThread? {
        guard let exporter = shared.exporter else { return nil }
        return try TelemetryThread(exporter, shared, authoritiesFile: configuration.certificateFile)
    }

    private func hostName() -> String? {
        var room = [CChar](repeating: 0, count: 256)
        guard gethostname(&room, room.count - 1) == 0 else { return nil }
        return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The exporter's thread: a reactor with a transport and nothing else.
// Sendable is sound: `transport` and `sender` are made and used on the reactor's thread only; `perform` reaches it.
final class TelemetryThread: @unchecked Sendable {
    private let exporter: TelemetryExporter
    private let thread: ReactorThread
    private let logger: Logger
    private var transport: CurlTransport?
    private var sender: TelemetrySender?

    /// What is left at the daemon's end has so long to go out.
    private static let flushNanoseconds: UInt64 = 2_000_000_000

    init(_ exporter: TelemetryExporter, _ shared: SharedServices, authoritiesFile: String?) throws(GatewayFailure) {
        self.exporter = exporter
        logger = shared.logger
        let reactor: Reactor
        do throws(ReactorError) { reactor = try Reactor(clock: shared.clock.monotonicNanoseconds) } catch {
            throw GatewayFailure(.internalError, "A reactor cannot be made: \(error.call) failed with errno \(error.errno).")
        }
        thread = ReactorThread(reactor)
        try thread.start(name: "wicket-telemetry")
        reactor.perform { [self] in run(on: reactor, shared, authoritiesFile) }
    }

    private func run(on reactor: Reactor, _ shared: SharedServices, _ authoritiesFile: String?) {
        let options = CurlOptions(userAgent: "wicket/\(WicketVersion.release)", authoritiesFile: authoritiesFile)
        do throws(GatewayFailure) {
            let transport = try CurlTransport(reactor: reactor, options: options)
            let sender = TelemetrySender(
                exporter, over: transport, timers: GatewayTimers(reactor), logger: logger,
                families: { await shared.metricFamilies() }, perform: { reactor.perform($0) })
            self.transport = transport
            self.sender = sender
            sender.start()
        } catch {
            logger.warning("Telemetry is not exported", ["signal": "all", "detail": .text(error.message)])
        }
    }

    /// Sends what is left, within a bound, and ends the thread.
    func close() async {
        await withUnsafeContinuation { continuation in
            thread.reactor.perform { [self] in
                thread.reactor.spawn { [self] in
                    await flush()
                    transport?.close()
                    thread.reactor.stop()
                    continuation.resume()
                }
            }
        }
    }

    private func flush() async {
        guard let sender else { return }
        exporter.close()
        let reactor = thread.reactor
        let timer = reactor.schedule(at: reactor.now &+ Self.flushNanoseconds) { [self] in
            exporter.abandon()
            // Ends the requests that the senders wait for.
            transport?.close()
        }
        await sender.awaitEnd()
        reactor.cancel(timer)
        let lost = exporter.statistics(.traces).0.dropped + exporter.statistics(.logs).0.dropped
        if lost > 0 {
            logger.warning("Telemetry was lost: its collector was too slow, or away", ["count": .integer(lost)])
        }
    }
}
