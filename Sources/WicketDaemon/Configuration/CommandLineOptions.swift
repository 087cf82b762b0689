// SPDX-License-Identifier: Apache-2.0
import WicketProtocol

/// `wicketd`'s command line.
///
/// Read by hand: swift-argument-parser brings FoundationEssentials, which more than doubled the size of an empty daemon (6.1 to
/// 14.5 MB) and its resident memory (4.3 to 9.2 MB), for seven flags.
package struct CommandLineOptions: Sendable, Equatable {
    /// What to do.
    package enum Action: Sendable, Equatable {
        case run, checkConfiguration, version, help
    }
    package var action = Action.run
    package var configurationFile: String?
    package var socketPath: String?
    package var adminSocketPath: String?
    package var stateDirectory: String?

    package init() {}

    /// - Parameter arguments: without the program's name.
    /// - Throws: what is wrong with them, and what to do.
    package init(parsing arguments: some Sequence<String>) throws(UsageFault) {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts.first ?? ""
            if let place = Self.valueFlags.first(where: { $0.name == name })?.place {
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty,
                    parts.count == 2 || !value.hasPrefix("--")
                else {
                    throw UsageFault(message: "\(name) needs a value: \(name) PATH")
                }
                if self[keyPath: place] != nil { throw UsageFault(message: "\(name) is given twice") }
                self[keyPath: place] = value
            } else if parts.count == 1, let chosen = Self.actionFlags.first(where: { $0.name == name })?.action {
                // Help wins over everything, the version over a run.
                if action != .help { action = chosen }
            } else {
                throw Self.unknown(argument, name)
            }
        }
    }

    private static func unknown(_ argument: String, _ name: String) -> UsageFault {
        guard argument.hasPrefix("-") else {
            return UsageFault(message: "unexpected argument \(quoted(argument)); wicketd takes only flags")
        }
        let known = valueFlags.map(\.name) + actionFlags.map(\.name)
        if known.contains(name) { return UsageFault(message: "\(name) takes no value") }
        let meant = nearestName(to: name, among: known).map { "; did you mean \($0)?" } ?? "; see wicketd --help"
        return UsageFault(message: "unknown flag \(quoted(name))\(meant)")
    }

    private static var valueFlags: [(name: String, place: Place<CommandLineOptions, String?>)] {
        [
            ("--config", \.configurationFile), ("--socket", \.socketPath), ("--admin-socket", \.adminSocketPath),
            ("--state-dir", \.stateDirectory),
        ]
    }

    private static var actionFlags: [(name: String, action: Action)] {
        [("--check-config", .checkConfiguration), ("--version", .version), ("--help", .help), ("-h", .help)]
    }

    /// What `--help` prints.
    package static let help = """
        wicketd, the daemon through which local processes reach AI model providers.

        Usage: wicketd [--config FILE] [--socket PATH] [--admin-socket PATH] [--state-dir DIR]

          --config FILE        the configuration, in YAML
          --socket PATH        where clients connect
          --admin-socket PATH  where administration happens; its directory is closed to all other users
          --state-dir DIR      where the vault and the journal live
          --check-config       check the configuration, say all that is wrong with it, and exit
          --version            print the version and exit
          --help, -h           print this and exit

        Flags go before the configuration. Without either, a user's daemon has its sockets in
        $XDG_RUNTIME_DIR/wicket, its state in $XDG_STATE_HOME/wicket and its configuration in
        $XDG_CONFIG_HOME/wicket/wicket.yaml; the system's daemon (root's, or a systemd unit's) has
        them in /run/wicket, /var/lib/wicket and /etc/wicket/wicket.yaml.

        Exit codes: 0 after a clean stop, 1 for a failure, 64 for a wrong command line, 78 for a wrong configuration.

        """
}

/// A command line that can't be understood.
package struct UsageFault: Error, Sendable, Equatable {
    package var message: String
}

/// `wicketd`'s exit codes, after sysexits.h.
package enum ExitCode {
    package static let success: Int32 = 0
    package static let failure: Int32 = 1
    package static let usage: Int32 = 64
    /// systemd does not restart after this one: `RestartPreventExitStatus=78`.
    package static let configuration: Int32 = 78
}
