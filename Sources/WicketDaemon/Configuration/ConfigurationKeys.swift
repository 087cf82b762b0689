// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayPolicy
import KeyVault
import Observability
import ProviderAdapters

extension ConfigurationSource {
    /// Every key of the file but those within one provider, which `ProviderSource.keys` has, and within one model's price, which
    /// `UnitPrices.keys` has.
    /// - Parameters:
    ///   - catalog: the built-in providers, which an entry under `providers` may build on.
    ///   - accounts: the users and groups that the machine knows.
    static func keys(catalog: [Provider], accounts: PolicyAccounts) -> [ConfigurationKey<ConfigurationSource>] {
        sockets { accounts.groupID($0) != nil } + service + limits + cache + journal + telemetry
            + [.providers(catalog), .configs, .policies(accounts), .prices, .budgets] + DefaultOptions.keys
    }

    private static func sockets(
        _ groupExists: @escaping @Sendable (String) -> Bool
    ) -> [ConfigurationKey<ConfigurationSource>] {
        [
            .absolutePath(
                "socket", \.socketPath, fallback: "`wicket.sock` in the runtime directory",
                "The Unix socket that clients connect to. At most 107 bytes long."),
            .absolutePath(
                "admin_socket", \.adminSocketPath, fallback: "`admin/admin.sock` beside the use socket",
                "The Unix socket for the vault, configs and everything else that changes the daemon. Its directory is 0700."),
            .socketMode,
            .text(
                "socket_group", type: "the name of a group", \.socketGroup,
                fallback: "`wicket` for the system's daemon where that group exists",
                "The group that the use socket belongs to."
            ) {
                groupExists($0) ? nil : "names the group \(quoted($0)), which this machine does not have; make it with `groupadd`"
            },
            .absolutePath(
                "state_dir", \.stateDirectory, fallback: "`$XDG_STATE_HOME/wicket`, or `/var/lib/wicket` for the system's daemon",
                "Where the vault, the journal and the cache live. 0700, and owned by the daemon's user."),
        ]
    }

    private static var service: [ConfigurationKey<ConfigurationSource>] {
        [
            .integer("reactors", 1...64, \.reactors, fallback: "the processors, at most 4", "Event loops, one thread each."),
            .choice(
                "vault.master_key", MasterKeySetting.allCases.map { ($0.rawValue, $0) }, \.masterKeySetting, fallback: "auto",
                "Where the vault's master key comes from. `auto` is what the vault was sealed with; for a new one the systemd "
                    + "credential `wicket-master` where there is one, else a file."),
            .choice(
                "log.level", LogLevel.allCases.map { ($0.name, $0) }, \.logLevel, fallback: "info",
                "The least level that is logged."),
            .integer(
                "drain_seconds", 0...3600, \.drainSeconds, fallback: "30",
                "How long requests in flight may go on after SIGTERM; then they are cancelled."),
            .absolutePath(
                "ca_file", \.certificateFile, fallback: "the system's certificates",
                "Certificates (PEM) that providers are verified against, not the system's. Verification can't be turned off."
            ),
            .integer(
                "timeouts.connect_ms", 0...600_000, \.timeouts.connectMilliseconds, fallback: "10000",
                "For the connection to a provider, TLS included. 0 for none."),
            .integer(
                "timeouts.first_byte_ms", 0...86_400_000, \.timeouts.firstByteMilliseconds, fallback: "0",
                "From the start of an attempt to the first byte of the answer. 0 for none."),
            .integer(
                "timeouts.total_ms", 0...86_400_000, \.timeouts.totalMilliseconds, fallback: "0",
                "From the start of an attempt to the end of its answer. 0 for none. A request's `request_timeout` goes before."),
        ]
    }

    private static var limits: [ConfigurationKey<ConfigurationSource>] {
        [
            .integer(
                "limits.line_bytes", 1024...(1 << 30), \.limits.lineBytes, fallback: "16777216",
                "The longest line a client may send; a longer one gets an error and the connection is closed."),
            .integer(
                "limits.max_in_flight", 1...65_536, \.limits.maxInFlight, fallback: "256",
                "Requests at once on one connection; more get `overloaded`."),
            .integer(
                "limits.unsent_bytes", 4096...(1 << 30), \.limits.unsentBytes, fallback: "1048576",
                "Bytes a client has not read yet, at which its connection is no longer read and its upstreams pause."),
            .integer(
                "limits.stuck_seconds", 1...3600, \.limits.stuckSeconds, fallback: "30",
                "How long a client may leave so much unread before it is hung up on."),
            .integer(
                "limits.connections", 1...1_000_000, \.limits.connections, fallback: "4096",
                "Client connections at once; more wait in the socket's queue."),
        ]
    }
}

extension ConfigurationKey<ConfigurationSource> {
    static var socketMode: Self {
        Self(
            path: "socket_mode", type: "octal permissions", fallback: "`0600`, or `0660` for the system's daemon",
            summary: "The use socket's permissions. The admin socket's are always 0600."
        ) { (node, source) throws(ValueFault) in
            guard let text = node.text, (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), mode <= 0o777 else {
                throw ValueFault(node, "must be octal permissions such as 0660, not \(node.kind)")
            }
            if mode & 0o600 != 0o600 { throw ValueFault(node, "must let the daemon's own user read and write: 0600 or more") }
            source.socketMode = mode
        }
    }

    static func providers(_ catalog: [Provider]) -> Self {
        Self(
            path: "providers", type: "a mapping of ids to providers, or a list of providers with an `id`", fallback: "none",
            summary: "Providers beside the built-in ones, or in their place."
        ) { (node, source) throws(ValueFault) in
            source.providers = try ProviderSource.providers(node, catalog: catalog)
        }
    }
}
