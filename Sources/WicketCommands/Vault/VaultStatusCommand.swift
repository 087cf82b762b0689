// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct VaultStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell whether the vault is unlocked, and where its master key is.",
        discussion: """
            Examples:
              wicket vault status
              wicket vault status --json | jq -r .state
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        try global.console.vault(try await client.call(VaultStatus.name))
    }
}

extension Console {
    /// What the vault says of itself.
    func vault(_ status: WicketValue) throws {
        if json { return try line(status) }
        for text in vaultLines(status) { try line(text) }
    }
}

/// A person's form of `vault.status`.
func vaultLines(_ status: WicketValue) -> [String] {
    let text = { (value: WicketValue) in value.string?.withoutControls ?? "?" }
    if let reason = status["reason"].string { return [reason.withoutControls] }
    let key = status["master_key"]
    let place = key["path"].string.map { " in \($0.withoutControls)" } ?? ""
    let (readable, unreadable) = (status["readable_keys"].int ?? 0, status["unreadable_keys"].int ?? 0)
    var lines = ["The vault is \(text(status["state"])); its master key \(text(key["id"])) is a \(text(key["source"]))\(place)."]
    lines.append(readable == 1 ? "1 virtual key can be opened." : "\(readable) virtual keys can be opened.")
    if unreadable > 0 { lines.append("\(unreadable) cannot; `wicket keys list --json` tells why.") }
    if status["memory"].string == "unlocked" { lines.append("Keys may reach the swap: raise the limit on locked memory.") }
    return lines
}
