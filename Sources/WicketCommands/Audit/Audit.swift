// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `wicket audit`: what was done to the keys, and what was denied.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what was done to the keys and what was denied, and check that record.",
        discussion: """
            Each entry's hash covers the entry before it, so one that is changed or taken away shows. Whoever can write the whole
            database could write all of it anew: keep the head that `verify` prints somewhere else, and give it to --expect later.
            These commands use the admin socket.

            Examples:
              wicket audit list
              wicket audit list --kind key.diverted
              wicket audit verify
            """,
        subcommands: [AuditListing.self, AuditCheck.self],
        defaultSubcommand: AuditListing.self)

    @OptionGroup var global: GlobalOptions
}
