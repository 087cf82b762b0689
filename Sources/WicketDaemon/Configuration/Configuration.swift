// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayPolicy
package import GatewayStore
package import KeyVault
package import Observability
package import ProviderAdapters

/// Everything the daemon was told, checked and complete: the file, the command line over it, defaults under it. Never changed;
/// a reload makes a new one and swaps it whole.
package struct Configuration: Sendable {
    /// The file it came from, nil when there was none.
    package let file: String?
    package let socketPath: String
    package let adminSocketPath: String
    /// The use socket's permissions; the admin socket's are always 0600.
    package let socketMode: UInt32
    /// The group that the use socket is given to, nil for the daemon's own.
    package let socketGroupID: UInt32?
    package let stateDirectory: String
    /// Where the vault's master key comes from.
    package let masterKeySetting: MasterKeySetting
    package let reactors: Int
    package let logLevel: LogLevel
    package let limits: Limits
    /// Providers of the user's own, and changed forms of built-in ones; each takes the place of the catalog's entry of the same
    /// id.
    package let providers: [Provider]
    /// Options that every request has unless its connection or the request itself says otherwise.
    package let defaults: DefaultOptions
    /// Routing configs with a name, beside those in the database.
    package let configs: [SavedConfig]
    /// Policies, asked in this order before those in the database.
    package let policies: [AccessPolicy]
    /// What models cost, over their published prices.
    package let prices: [OwnPrice]
    /// What may be spent, beside the limits of virtual keys.
    package let budgets: BudgetRules
    package let timeouts: UpstreamTimeouts
    /// What the cache may take.
    package let cache: CacheBounds
    /// How long the journal keeps what it has.
    package let retention: Retention
    /// The weights of the embedder, nil for those that were installed with the daemon.
    package let embedderFile: String?
    /// Where telemetry is sent, and how.
    package let export: ExportSettings
    /// How long requests in flight may go on after SIGTERM.
    package let drainSeconds: Int
    /// Certificates (PEM) that upstreams are verified against, nil for the system's.
    package let certificateFile: String?
    /// What is worth telling at the start although nothing is wrong.
    package let notices: [String]

    /// The keys that differ from `old` and take effect at the next start only: everything else a reload may take over.
    package func keysNeedingRestart(since old: Configuration) -> [String] {
        [
            ("socket", socketPath != old.socketPath), ("admin_socket", adminSocketPath != old.adminSocketPath),
            ("socket_mode", socketMode != old.socketMode), ("socket_group", socketGroupID != old.socketGroupID),
            ("state_dir", stateDirectory != old.stateDirectory), ("reactors", reactors != old.reactors),
            ("vault.master_key", masterKeySetting != old.masterKeySetting), ("cache", cache != old.cache),
            ("embedder_file", embedderFile != old.embedderFile), ("otlp", export != old.export),
        ].filter(\.1).map(\.0)
    }

    /// Bounds on what the cache can take; of each, 0 is none at all.
    package struct CacheBounds: Sendable, Equatable {
        /// Answers in memory.
        package internal(set) var memoryBytes = 64 << 20
        /// The file with all answers.
        package internal(set) var diskBytes = 1 << 30
        /// The index of the questions, in memory.
        package internal(set) var semanticBytes = 128 << 20
        /// Threads that embed and compare.
        package internal(set) var workers = 2
    }

    /// Bounds on what one client can take.
    package struct Limits: Sendable, Equatable {
        package internal(set) var lineBytes = 16 << 20
        /// Requests on one connection.
        package internal(set) var maxInFlight = 256
        /// Bytes a client has not read yet, at which its connection is no longer read and its upstreams pause.
        package internal(set) var unsentBytes = 1 << 20
        /// How long it may stay there before it is hung up on.
        package internal(set) var stuckSeconds = 30
        package internal(set) var connections = 4096
    }
}

/// What the file says, before the command line and the defaults that depend on the machine.
struct ConfigurationSource: Sendable {
    var socketPath: String?
    var adminSocketPath: String?
    var socketMode: UInt32?
    var socketGroup: String?
    var stateDirectory: String?
    var masterKeySetting = MasterKeySetting.auto
    var reactors = 1
    var logLevel = LogLevel.info
    var limits = Configuration.Limits()
    var providers: [Provider] = []
    var defaults = DefaultOptions()
    var configs: [SavedConfig] = []
    var policies: [AccessPolicy] = []
    var prices: [OwnPrice] = []
    var budgets = BudgetRules()
    var timeouts = UpstreamTimeouts()
    var cache = Configuration.CacheBounds()
    var retention = Retention()
    var embedderFile: String?
    var export = ExportSettings()
    var drainSeconds = 30
    var certificateFile: String?
}
