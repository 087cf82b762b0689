// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient

/// `wicket policy`: who may use what.
struct Policy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Manage the policies that say who may use what.",
        discussion: """
            A policy matches processes by what the kernel says of them (uid, user, group, systemd unit, control group) and says
            which methods, virtual keys, providers, models and configs they may use. The first that matches counts; where none
            does, whoever can open the use socket may use all of it. These commands use the admin socket, which comes under no
            policy.

            Examples:
              wicket policy create web.json
              wicket policy list
              wicket policy test --user www-data --unit web.service --model gpt-4o
              wicket policy show web > web.json
              wicket policy update web.json
            """,
        subcommands: [
            PolicyList.self, PolicyShow.self, PolicyCreate.self, PolicyUpdate.self, PolicyDelete.self, PolicyTest.self,
        ],
        defaultSubcommand: PolicyList.self)

    @OptionGroup var global: GlobalOptions
}

/// What to do next, where the error alone does not say it.
enum PolicyAdvice {
    static let all = [
        "not_found": "`wicket policy list` shows the policies there are; `wicket policy create FILE` adds one.",
        "conflict": "`wicket policy show NAME` prints the present one; `wicket policy update FILE` changes a stored one.",
    ]
}

/// A policy as a file holds it.
enum PolicyFile {
    /// What can be said of a policy; the rest of what the daemon shows is its own.
    private static let members = ["name", "priority", "match", "allow", "deny", "defaults"]

    /// One member a line, as `wicket policy update` takes it.
    static func text(_ policy: WicketValue) -> String {
        let lines = members.compactMap { name in
            let value = policy[name]
            return value.isNull || value.isObject && value.members.isEmpty ? nil : "  \"\(name)\": \(value.json)"
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }
}
