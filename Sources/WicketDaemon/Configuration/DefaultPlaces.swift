// SPDX-License-Identifier: Apache-2.0

/// Where the daemon's things are when nobody says otherwise. Clients look in the same places.
///
/// | | the system's daemon | a user's daemon |
/// | --- | --- | --- |
/// | sockets | `$RUNTIME_DIRECTORY`, `/run/wicket` | `$RUNTIME_DIRECTORY`, `$XDG_RUNTIME_DIR/wicket`, `/tmp/wicket-UID` |
/// | state | `$STATE_DIRECTORY`, `/var/lib/wicket` | `$STATE_DIRECTORY`, `$XDG_STATE_HOME/wicket`, `~/.local/state/wicket` |
/// | file in | `$CONFIGURATION_DIRECTORY`, `/etc/wicket` | the same, `$XDG_CONFIG_HOME/wicket`, `~/.config/wicket` |
///
/// It is the system's daemon when it runs as root, or when systemd gave it a runtime directory outside `/run/user`.
/// `/tmp/wicket-UID` is for containers and logins without a session: anyone may have made it first, so whoever uses it, daemon
/// or client, checks that it is a directory of the own user's with mode 0700.
struct DefaultPlaces: Sendable {
    var isSystem: Bool
    var runtimeDirectory: String
    /// Nil when the environment does not even know a home.
    var stateDirectory: String?
    var configurationFile: String?
    /// The fallback in `/tmp` was taken.
    var runtimeIsTemporary = false

    init(_ context: ProcessContext) {
        func variable(_ name: String) -> String? {
            // systemd may list several directories; XDG says to ignore what is not absolute.
            let first = context.environment[name].map { String($0.prefix { $0 != ":" }) }
            return first.flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        let home = variable("HOME")
        let runtime = variable("RUNTIME_DIRECTORY")
        isSystem = context.userID == 0 || (runtime.map { $0.hasPrefix("/run/") && !$0.hasPrefix("/run/user/") } ?? false)
        if let runtime {
            runtimeDirectory = runtime
        } else if isSystem {
            runtimeDirectory = "/run/wicket"
        } else if let session = variable("XDG_RUNTIME_DIR") {
            runtimeDirectory = session + "/wicket"
        } else {
            runtimeDirectory = "/tmp/wicket-\(context.userID)"
            runtimeIsTemporary = true
        }
        func directory(_ given: String, system: String, _ xdg: String, _ underHome: String) -> String? {
            if let given = variable(given) { return given }
            return isSystem ? system : variable(xdg).map { $0 + "/wicket" } ?? home.map { "\($0)/\(underHome)/wicket" }
        }
        stateDirectory = directory("STATE_DIRECTORY", system: "/var/lib/wicket", "XDG_STATE_HOME", ".local/state")
        configurationFile = directory("CONFIGURATION_DIRECTORY", system: "/etc/wicket", "XDG_CONFIG_HOME", ".config")
            .map { $0 + "/wicket.yaml" }
    }
}
