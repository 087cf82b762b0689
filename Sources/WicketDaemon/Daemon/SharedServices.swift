// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayPolicy
import GatewayStore
import KeyVault
import Observability
import ProviderAdapters
import Reactor
import SocketServer
import Synchronization
import WicketProtocol

/// What every reactor of the daemon shares. Made once, before the first connection.
final class SharedServices: Sendable {
    let vault: KeyVault
    let store: GatewayStore
    let audit: AuditTrail
    let configs: ConfigLibrary
    let policies: AccessPolicies
    let health: SharedHealth
    let cache: SharedCache
    let ledger: SharedLedger
    let alerts: BudgetAlerts
    let metrics = CallMetrics()
    /// nil where nothing is exported.
    let exporter: TelemetryExporter?
    let logger: Logger
    let clock: GatewayClock
    let limits: ConnectionLimits
    /// Requests that one connection may have in flight.
    let maximumInFlight: Int
    let facts: DaemonFacts
    let control: DaemonControl
    let counters = Counters()
    let isDraining = Atomic<Bool>(false)
    private let current: Mutex<Reloadable>

    init(
        vault: KeyVault, store: GatewayStore, configs: ConfigLibrary, policies: AccessPolicies, health: SharedHealth,
        cache: SharedCache, ledger: SharedLedger, alerts: BudgetAlerts, exporter: TelemetryExporter?, logger: Logger,
        clock: GatewayClock, limits: ConnectionLimits, maximumInFlight: Int, facts: DaemonFacts, control: DaemonControl,
        reloadable: Reloadable
    ) {
        self.vault = vault
        self.store = store
        audit = AuditTrail(log: store, clock: clock)
        self.configs = configs
        self.policies = policies
        self.health = health
        self.cache = cache
        self.ledger = ledger
        self.alerts = alerts
        self.exporter = exporter
        self.logger = logger
        self.clock = clock
        self.limits = limits
        self.maximumInFlight = maximumInFlight
        self.facts = facts
        self.control = control
        current = Mutex(reloadable)
    }

    var reloadable: Reloadable {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
    var catalog: ProviderCatalog { reloadable.catalog }
    var journal: Books { Books(store: store, metrics: metrics, exporter: exporter) }
}

/// What has happened since the start and is happening now, over all reactors.
final class Counters: Sendable {
    let connections = Atomic<Int>(0)
    let inFlight = Atomic<Int>(0)
    /// Inference requests that have ended, and those of them that failed.
    let requests = Atomic<Int>(0)
    let failures = Atomic<Int>(0)

    var snapshot: SystemInfo.Counters {
        SystemInfo.Counters(
            connections: connections.load(ordering: .relaxed), inFlight: inFlight.load(ordering: .relaxed),
            requests: requests.load(ordering: .relaxed), failures: failures.load(ordering: .relaxed))
    }
}

/// What a reload swaps, whole.
struct Reloadable: Sendable {
    var catalog: ProviderCatalog
    var pricing: Pricing
    var budgets: BudgetRules
    /// `defaults:` of the configuration.
    var defaults: CallOptions
    var retention: Retention
}

/// What the daemon says of itself, fixed at its start.
struct DaemonFacts: Sendable {
    var pid: Int32
    var uid: UInt32
    var startedAtMilliseconds: Int
    var useSocket: String
    var adminSocket: String
    var reactors: Int
    var configurationFile: String?
}

/// What a method may ask of the daemon as a whole; safe from any reactor.
struct DaemonControl: Sendable {
    /// Returns the keys that changed and take effect at the next start only.
    var reload: @Sendable () throws(GatewayFailure) -> [String]
    var drain: @Sendable () -> Void
}

/// What one reactor has of its own. Confined to its thread.
final class ReactorServices {
    let shared: SharedServices
    let reactor: Reactor
    let engine: GatewayEngine
    let methods: MethodTable
    var defaults: CallOptions

    init(shared: SharedServices, reactor: Reactor, engine: GatewayEngine, methods: MethodTable) {
        self.shared = shared
        self.reactor = reactor
        self.engine = engine
        self.methods = methods
        defaults = shared.reloadable.defaults
    }

    func use(_ reloadable: Reloadable) {
        engine.use(reloadable.catalog, reloadable.pricing, reloadable.budgets)
        defaults = reloadable.defaults
    }
}
