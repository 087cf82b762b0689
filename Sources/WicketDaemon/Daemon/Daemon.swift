// SPDX-License-Identifier: Apache-2.0
import CLinux
import GatewayEngine
import GatewayModel
import GatewayPolicy
import GatewayStore
import Glibc
import KeyVault
import Observability
import ProviderAdapters
import Reactor
import SocketServer
import Synchronization

/// The composition root: configuration → parts → run, and the way back down.
///
/// It lives on the first reactor's thread: signals, reloads and the drain are events there.
// Sendable is sound: its state is touched on the first reactor's thread only; others reach it by `main.reactor.perform`.
final class Daemon: @unchecked Sendable {
    let configuration: Configuration
    private let reloadable: Reloadable
    private let options: CommandLineOptions
    let context: ProcessContext
    let logger: Logger
    let clock: GatewayClock
    private let manager: ServiceManager
    let main: ReactorThread
    private var threads: [ReactorThread] = []
    private var sockets: [ListeningSocket] = []
    private var shared: SharedServices?
    private var telemetry: TelemetryThread?
    private var signals: Signals?
    private var exitCode = ExitCode.success
    private var drainDeadline: UInt64?

    init(
        configuration: Configuration, reloadable: Reloadable, options: CommandLineOptions, context: ProcessContext,
        logger: Logger, clock: GatewayClock,
        manager: ServiceManager
    ) throws(ReactorError) {
        self.configuration = configuration
        self.reloadable = reloadable
        self.options = options
        self.context = context
        self.logger = logger
        self.clock = clock
        self.manager = manager
        main = ReactorThread(try Reactor(clock: clock.monotonicNanoseconds))
    }

    /// Runs until the daemon was told to stop.
    /// - Returns: the exit code.
    func run(activated: ActivatedSockets?) -> Int32 {
        main.reactor.perform { [self] in
            main.reactor.spawn { [self] in await start(activated) }
        }
        main.reactor.run()
        return exitCode
    }

    // MARK: Up

    private func start(_ activated: ActivatedSockets?) async {
        do throws(GatewayFailure) {
            try prepareDirectories(activated)
            let shared = try await makeShared(reloadable)
            self.shared = shared
            try startThreads(shared)
            telemetry = try startTelemetry(shared)
            try openSockets(activated)
            signals = try makeSignals()
        } catch {
            return fail(error)
        }
        watch()
        if let shared {
            loadCache(shared.cache)
            maintainJournal(shared)
        }
        wicket_release_startup_memory()
        manager.ready(status: "Answering at \(configuration.socketPath)")
        logger.notice(
            "Ready",
            [
                "socket": .text(configuration.socketPath), "admin_socket": .text(configuration.adminSocketPath),
                "reactors": .integer(threads.count), "pid": .integer(Int(getpid())),
            ])
    }

    private func prepareDirectories(_ activated: ActivatedSockets?) throws(GatewayFailure) {
        do throws(DirectoryFault) {
            let warnings = try configuration.prepareDirectories(
                bindsUse: activated?.use == nil, bindsAdmin: activated?.admin == nil)
            for warning in warnings { logger.warning("A directory is more open than it should be", ["detail": .text(warning)]) }
        } catch {
            throw GatewayFailure(.internalError, error.message)
        }
        for notice in configuration.notices { logger.notice("Note", ["detail": .text(notice)]) }
    }

    private func makeShared(_ reloadable: Reloadable) async throws(GatewayFailure) -> SharedServices {
        let directory = try StateDirectory(configuration.stateDirectory)
        let logger = logger
        var options = StoreOptions()
        options.wallMilliseconds = clock.wallMilliseconds
        let store = try GatewayStore(in: directory, options: options) { level, message in logger.report(level, message) }
        let vault = try await openVault(store, directory)
        if vault.memory == .unlocked {
            logger.warning("Keys could not be locked into memory, so they may reach the swap: raise the limit on locked memory")
        }
        let configs = try await loadConfigs(store)
        let policies = try await loadPolicies(store)
        let breakers = BreakerKeeper(store: store, clock: clock, logger: logger)
        let health = SharedHealth(changed: breakers.changed)
        try await breakers.restore(health)
        let limits = configuration.limits
        let alerts = BudgetAlerts()
        return SharedServices(
            vault: vault, store: store, configs: configs, policies: policies, health: health,
            cache: try makeCache(directory), ledger: try await openLedger(store, alerts), alerts: alerts,
            exporter: makeExporter(vault), logger: logger, clock: clock,
            limits: ConnectionLimits(
                lineBytes: limits.lineBytes, unsentBytes: limits.unsentBytes,
                stuckNanoseconds: UInt64(limits.stuckSeconds) * 1_000_000_000),
            maximumInFlight: limits.maxInFlight,
            facts: DaemonFacts(
                pid: getpid(), uid: geteuid(), startedAtMilliseconds: clock.wallMilliseconds(),
                useSocket: configuration.socketPath,
                adminSocket: configuration.adminSocketPath, reactors: configuration.reactors,
                configurationFile: configuration.file),
            control: DaemonControl(
                reload: { [self] () throws(GatewayFailure) -> [String] in try reload() },
                drain: { [self] in main.reactor.perform { self.drain() } }),
            reloadable: reloadable)
    }

    /// The first reactor is this thread's; the others get threads of their own. All are ready before the first connection.
    private func startThreads(_ shared: SharedServices) throws(GatewayFailure) {
        let methods = MethodTable([
            SystemHandlers.all, ProviderHandlers.all, VirtualKeyHandlers.all, VaultHandlers.all, ConfigHandlers.all,
            PolicyHandlers.all, TargetHandlers.all, LogHandlers.all, LogStreamHandlers.all, AnalyticsHandlers.all,
            FeedbackHandlers.all, TraceHandlers.all, MetricsHandlers.all, AuditHandlers.all, CacheHandlers.all,
            BudgetHandlers.all,
        ])
        var seeds = SystemRandomNumberGenerator()
        try main.prepare(shared, configuration, methods: methods, seed: seeds.next())
        threads = [main]
        for index in 1..<max(1, configuration.reactors) {
            let thread: ReactorThread
            do throws(ReactorError) { thread = ReactorThread(try Reactor(clock: clock.monotonicNanoseconds)) } catch {
                throw GatewayFailure(.internalError, "A reactor cannot be made: \(error.call) failed with errno \(error.errno).")
            }
            // It does not run yet, so this thread may still touch it.
            try thread.prepare(shared, configuration, methods: methods, seed: seeds.next())
            try thread.start(name: "wicket-loop-\(index)")
            threads.append(thread)
        }
    }

    private func openSockets(_ activated: ActivatedSockets?) throws(GatewayFailure) {
        do throws(SocketError) {
            sockets.append(
                try listeningSocket(
                    activated?.use, configuration.socketPath, mode: configuration.socketMode, group: configuration.socketGroupID))
            sockets.append(try listeningSocket(activated?.admin, configuration.adminSocketPath, mode: 0o600, group: nil))
        } catch {
            throw GatewayFailure(.internalError, error.description)
        }
        for thread in threads.dropFirst() {
            let (sockets, logger) = (sockets, logger)
            thread.reactor.perform { accept(thread, sockets, logger) }
        }
        accept(main, sockets, logger)
    }

    private func makeSignals() throws(GatewayFailure) -> Signals {
        do throws(ReactorError) {
            return try Signals(on: main.reactor) { [unowned self] signal in
                switch signal {
                case .terminate, .interrupt: drain()
                case .hangUp: _ = try? reload()
                }
            }
        } catch {
            throw GatewayFailure(.internalError, "Signals cannot be watched: \(error.call) failed with errno \(error.errno).")
        }
    }

    private func watch() {
        if let limit = manager.watchdogMicroseconds {
            let manager = manager
            let watchdog = Watchdog(probes: threads.map { Watchdog.probe($0.reactor) }) { manager.watchdog() }
            watchdog.run(on: main.reactor, every: limit * 1000 / 3)
        }
        maintainVault()
    }

    /// Writes down when keys were used, and forgets rotated secrets whose grace has ended.
    private func maintainVault() {
        guard let shared else { return }
        _ = main.reactor.schedule(at: main.reactor.now &+ 60_000_000_000) { [self] in
            main.reactor.spawn {
                do throws(GatewayFailure) { try await shared.vault.maintain() } catch {
                    shared.logger.warning("The vault's upkeep failed", ["detail": .text(error.message)])
                }
            }
            maintainVault()
        }
    }

    // MARK: Reload

    /// Reads the configuration anew and swaps what can be swapped; what was good stays when the new one is not.
    private func reload() throws(GatewayFailure) -> [String] {
        manager.reloading(monotonicMicroseconds: clock.monotonicNanoseconds() / 1000, status: "Reloading")
        defer { manager.ready(status: "Answering at \(configuration.socketPath)") }
        do throws(ConfigurationFaults) {
            let fresh = try Configuration.load(options, context: context, catalog: ProviderCatalog.builtIn.providers)
            let reloadable = try Reloadable(fresh)
            logger.level = fresh.logLevel
            shared?.reloadable = reloadable
            shared?.configs.use(fromFile: fresh.configs)
            shared?.policies.use(fromFile: fresh.policies)
            for thread in threads { thread.reactor.perform { thread.use(reloadable) } }
            let needsRestart = fresh.keysNeedingRestart(since: configuration)
            logger.notice(
                "Reloaded", ["file": .optional(fresh.file), "needs_restart": .text(needsRestart.joined(separator: ","))])
            return needsRestart
        } catch {
            logger.error("The new configuration is wrong, and the old one stays", ["detail": .text(error.description)])
            throw .invalidParams("config_file", "The configuration is wrong, and the old one stays: \(error.description)")
        }
    }

    // MARK: Down

    private func fail(_ failure: GatewayFailure) {
        logger.critical("The daemon cannot start", ["detail": .text(failure.message)])
        manager.failed(errno: EINVAL, status: failure.message)
        exitCode = ExitCode.failure
        finish()
    }

    /// No new connections, no new requests; those in flight may end. A second signal does not wait for them.
    private func drain() {
        if drainDeadline != nil {
            drainDeadline = 0
            return
        }
        drainDeadline = main.reactor.now &+ UInt64(configuration.drainSeconds) * 1_000_000_000
        manager.stopping(status: "Draining")
        logger.notice("Draining", ["in_flight": .integer(shared?.counters.inFlight.load(ordering: .relaxed) ?? 0)])
        shared?.isDraining.store(true, ordering: .relaxed)
        for thread in threads { thread.reactor.perform { thread.server?.stopAccepting() } }
        for socket in sockets { socket.shutDown() }
        awaitIdle()
    }

    private func awaitIdle() {
        let now = main.reactor.now
        let inFlight = shared?.counters.inFlight.load(ordering: .relaxed) ?? 0
        if inFlight == 0 || now >= drainDeadline ?? 0 {
            // A reply that was just written goes out at the end of its reactor's turn; this comes in a later one.
            _ = main.reactor.schedule(at: now &+ 20_000_000) { [self] in
                main.reactor.spawn { [self] in await close() }
            }
            return
        }
        _ = main.reactor.schedule(at: now &+ 20_000_000) { [self] in awaitIdle() }
    }

    private func close() async {
        for thread in threads { thread.reactor.perform { thread.shutDown() } }
        if let telemetry { await telemetry.close() }
        if let shared {
            await shared.cache.storage.close()
            do throws(GatewayFailure) {
                try await shared.vault.maintain()
                try await shared.store.close()
            } catch {
                logger.error("Not everything could be written", ["detail": .text(error.message)])
                exitCode = ExitCode.failure
            }
        }
        logger.notice("Stopped")
        finish()
    }

    private func finish() {
        for thread in threads.dropFirst() { thread.reactor.stop() }
        main.reactor.stop()
    }
}

/// What the service manager passed, else a socket of our own.
private func listeningSocket(
    _ passed: Int32?, _ path: String, mode: UInt32, group: UInt32?
) throws(SocketError) -> ListeningSocket {
    if let passed { return .adopting(passed) }
    return try .bind(path: path, mode: mode, group: group)
}

/// On the thread's own reactor.
private func accept(_ thread: ReactorThread, _ sockets: [ListeningSocket], _ logger: Logger) {
    do throws(GatewayFailure) {
        for (socket, role) in zip(sockets, [SocketRole.use, .admin]) { try thread.accept(on: socket, as: role) }
    } catch {
        logger.error("A reactor does not accept connections", ["detail": .text(error.message)])
    }
}
