// SPDX-License-Identifier: Apache-2.0
import CLinux
import GatewayEngine
import GatewayModel
import Glibc
import Reactor
import SocketServer
import Upstream
import WicketProtocol

/// One reactor, its thread, and everything that lives on it.
// Sendable is sound: `services`, `server` and `transport` are made and used on the reactor's thread only; `perform` reaches it.
final class ReactorThread: @unchecked Sendable {
    let reactor: Reactor
    private var services: ReactorServices?
    private(set) var server: ConnectionServer?
    private var transport: CurlTransport?
    private var units: SystemdUnits?

    init(_ reactor: Reactor) { self.reactor = reactor }

    /// Runs the reactor on a thread of its own until it is stopped.
    func start(name: String) throws(GatewayFailure) {
        let start = ThreadStart(reactor: reactor, name: name)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                wicket_name_thread(start.name)
                start.reactor.run()
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        if status != 0 { throw GatewayFailure(.internalError, "No thread can be started: \(String(cString: strerror(status))).") }
        pthread_detach(thread)
    }

    private final class ThreadStart {
        let reactor: Reactor
        let name: String
        init(reactor: Reactor, name: String) {
            self.reactor = reactor
            self.name = name
        }
    }

    // MARK: On the reactor's thread

    func prepare(_ shared: SharedServices, _ configuration: Configuration, methods: MethodTable, seed: UInt64)
        throws(GatewayFailure)
    {
        let reactor = reactor
        let options = CurlOptions(userAgent: "wicket/\(WicketVersion.release)", authoritiesFile: configuration.certificateFile)
        let transport = try CurlTransport(reactor: reactor, options: options)
        let timers = GatewayTimers(reactor)
        let ports = EnginePorts(
            secrets: shared.vault, configs: shared.configs, journal: shared.journal, audit: shared.audit, health: shared.health,
            cache: shared.cache, ledger: shared.ledger, network: transport,
            inProcess: LocalTransport(clock: shared.clock, sleep: timers.sleep, vectors: shared.cache.semantics.local),
            clock: shared.clock, timers: timers, timeouts: configuration.timeouts)
        let current = shared.reloadable
        let engine = GatewayEngine(
            catalog: current.catalog, pricing: current.pricing, budgets: current.budgets, ports: ports, seed: seed)
        let limits = configuration.limits
        let units = SystemdUnits(reactor: reactor)
        server = ConnectionServer(
            reactor: reactor, limits: shared.limits, maximumConnections: max(1, limits.connections / configuration.reactors),
            units: units)
        services = ReactorServices(shared: shared, reactor: reactor, engine: engine, methods: methods)
        self.transport = transport
        self.units = units
    }

    func accept(on socket: ListeningSocket, as role: SocketRole) throws(GatewayFailure) {
        guard let services, let server else { return }
        do throws(ReactorError) {
            try server.accept(on: socket) { connection in
                connection.delegate = RPCSession(connection: connection, role: role, services: services)
            }
        } catch {
            throw GatewayFailure(.internalError, "The socket cannot be watched: \(error.call) failed with errno \(error.errno).")
        }
    }

    func use(_ reloadable: Reloadable) { services?.use(reloadable) }

    func shutDown() {
        // Peers whose unit is being asked for become connections, which are closed with the others.
        units?.close()
        server?.closeAll()
        transport?.close()
    }
}

extension GatewayTimers {
    /// On the thread of a reactor.
    init(_ reactor: Reactor) {
        self.init(
            sleep: { nanoseconds async throws(CancellationError) in try await reactor.sleep(nanoseconds: nanoseconds) },
            after: { nanoseconds, body in
                let timer = reactor.schedule(at: reactor.now.addingReportingOverflow(nanoseconds).partialValue, body)
                return { reactor.cancel(timer) }
            },
            spawn: { operation in
                let task = reactor.spawn(operation)
                return { task.cancel() }
            })
    }
}
