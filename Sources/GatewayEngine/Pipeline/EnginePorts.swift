// SPDX-License-Identifier: Apache-2.0

/// What an engine works with: the ports to the world, and what it shares with the engines of other reactors. An object, because
/// each of its calls holds on to it.
package final class EnginePorts {
    package let secrets: any SecretSource
    package let configs: any ConfigSource
    package let journal: any Journal
    package let audit: AuditTrail
    package let health: SharedHealth
    /// nil: nothing is kept, and nothing shared.
    package let cache: SharedCache?
    /// nil: no budget and no rate is kept.
    package let ledger: SharedLedger?
    /// HTTP out.
    package let network: any UpstreamTransport
    /// Where the provider `local` is asked.
    package let inProcess: any UpstreamTransport
    package let clock: GatewayClock
    package let timers: GatewayTimers
    /// What holds where neither the caller nor the config sets a limit.
    package let timeouts: UpstreamTimeouts

    package init(
        secrets: any SecretSource, configs: any ConfigSource, journal: any Journal, audit: AuditTrail, health: SharedHealth,
        cache: SharedCache?, ledger: SharedLedger? = nil, network: any UpstreamTransport,
        inProcess: any UpstreamTransport, clock: GatewayClock, timers: GatewayTimers, timeouts: UpstreamTimeouts
    ) {
        self.secrets = secrets
        self.configs = configs
        self.journal = journal
        self.audit = audit
        self.health = health
        self.cache = cache
        self.ledger = ledger
        self.network = network
        self.inProcess = inProcess
        self.clock = clock
        self.timers = timers
        self.timeouts = timeouts
    }
}
