// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct AuditCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no entry of the audit log was changed, removed or added.",
        discussion: """
            Ends with 1 when one was. --expect takes a head that an earlier run printed, and checks that it is still in the log.

            Examples:
              wicket audit verify
              wicket audit verify --expect 9c0f2b1d4e6a8c0f2b1d4e6a8c0f2b1d4e6a8c0f2b1d4e6a8c0f2b1d4e6a8c0f
              wicket audit verify --json | jq -r .head
            """)

    @Option(help: ArgumentHelp("A head that must be in the log.", valueName: "hash"))
    var expect: String?

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connectAdmin()
        let params = AuditVerify.Params(expect: expect)
        let result = try await client.call(AuditVerify.name, WicketValue(writing: params.write))
        let isValid = result["valid"].bool == true
        if console.json {
            try console.line(result)
        } else if isValid {
            try console.line("\(result["entries"].int ?? 0) entries, none changed, removed or added.")
            try console.line("head \(result["head"].string ?? "")")
        }
        if isValid { return }
        throw CommandFailure(
            type: "tampered", message: "The audit log is not as it was written: \(result["reason"].string ?? "").",
            advice: "Keep a copy of the database as evidence; `wicket audit list` shows what it says now.", exitCode: 1)
    }
}
