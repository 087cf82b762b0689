// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import KeyVault
import Observability
import ProviderAdapters
import Reactor
import SocketServer
import Synchronization

/// What every reactor of the daemon shares. Made once, before the first connection.
final class SharedServices: Sendable {
    let catalog: ProviderCatalog
    let vault: KeyVault
    let store: GatewayStore
    let logger: Logger
    let clock: GatewayClock
    /// `defaults:` of the configuration.
    let defaults: CallOptions
    let limits: ConnectionLimits
    /// Requests that one connection may have in flight.
    let maximumInFlight: Int
    let facts: DaemonFacts
    /// Requests in flight on all connections.
    let inFlight = Atomic<Int>(0)
    let isDraining = Atomic<Bool>(false)

    init(
        catalog: ProviderCatalog, vault: KeyVault, store: GatewayStore, logger: Logger, clock: GatewayClock,
        defaults: CallOptions, limits: ConnectionLimits, maximumInFlight: Int, facts: DaemonFacts
    ) {
        self.catalog = catalog
        self.vault = vault
        self.store = store
        self.logger = logger
        self.clock = clock
        self.defaults = defaults
        self.limits = limits
        self.maximumInFlight = maximumInFlight
        self.facts = facts
    }
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

/// What one reactor has of its own. Confined to its thread.
final class ReactorServices {
    let shared: SharedServices
    let reactor: Reactor
    let engine: GatewayEngine
    let methods: MethodTable

    init(shared: SharedServices, reactor: Reactor, engine: GatewayEngine, methods: MethodTable) {
        self.shared = shared
        self.reactor = reactor
        self.engine = engine
        self.methods = methods
    }
}
