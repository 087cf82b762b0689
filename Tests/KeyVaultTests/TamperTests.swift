// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

@testable import KeyVault

/// The database's file changed behind the vault's back: an error for the key that was hit, the others work, nothing is written.
struct TamperTests {
    private let origin = "https://api.openai.com"

    /// Two keys with every column filled, and one that is never touched.
    private func filled() async throws -> TestVault {
        let test = try await TestVault()
        for name in ["prod", "second"] {
            _ = try await test.vault.create(
                NewVirtualKey(
                    name: name, provider: "openai", baseURL: "https://api.openai.com/v1", secret: try secret("sk-old-\(name)"),
                    models: ["gpt-*"], expiresAt: "2030-01-01T00:00:00Z", note: "a note",
                    rateLimits: Array(#"[{"unit":"requests","amount":60,"per":"minute"}]"#.utf8),
                    usageLimits: Array(#"[{"unit":"usd","amount":5,"period":"monthly"}]"#.utf8)),
                by: PeerIdentity(pid: 1, uid: 0, gid: 0))
            _ = try await test.vault.rotate(name, secret: try secret("sk-\(name)"), graceSeconds: 3600)
        }
        try await test.create("neighbour", provider: "x", baseURL: "https://neighbour.example", key: "sk-neighbour")
        return test
    }

    private func columns(_ test: TestVault, _ table: String) async throws -> [(name: String, type: String)] {
        try await test.store.read { connection in
            let info = try connection.uncachedStatement("SELECT name, type FROM pragma_table_info('\(table)')")
            var columns: [(name: String, type: String)] = []
            while try info.step() { columns.append((info.text(0) ?? "", info.text(1) ?? "")) }
            return columns
        }
    }

    /// Opens the vault as it is on the disk now, and tells what comes of `prod`.
    private func expectHit(_ test: TestVault, _ what: String) async throws {
        let before = try await test.stored()
        let vault = try await test.reopened()
        let refused = await failure { try vault.apiKey(of: "prod", for: origin) }
        #expect(refused != nil, "\(what)")
        #expect(await failed { try vault.previousAPIKey(of: "prod", for: origin) }, "\(what): previous")
        #expect(vault.list().contains { $0.unreadable != nil }, "\(what)")
        for (name, origin) in [("second", origin), ("neighbour", "https://neighbour.example")] {
            #expect(text(try vault.apiKey(of: name, for: origin)) == "sk-\(name)", "\(what)")
        }
        try await vault.maintain()
        #expect(try await test.stored() == before, "\(what)")
    }

    /// Nothing was given out.
    private func failed(_ body: () throws -> SecretBytes?) async -> Bool { (try? body()) == nil }

    private func run(_ test: TestVault, _ sql: String, blob: [UInt8]? = nil, text: [UInt8]? = nil) async throws {
        try await test.store.write { connection in
            let statement = try connection.uncachedStatement(sql)
            if let blob { statement.bind(1, blob: blob) }
            if let text { statement.bind(1, text: text) }
            try statement.run()
        }
    }

    /// Bits of text and blobs: in the first, a middle and the last byte, the lowest and a high one.
    @Test func `a flipped bit in any column of a row is an error for that key alone`() async throws {
        let test = try await filled()
        let backup = try await test.row("prod")
        var hit = 0
        for (column, type) in try await columns(test, "virtual_key") where column != "last_used_at" {
            let value = try await test.store.read { connection -> [UInt8] in
                let statement = try connection.uncachedStatement("SELECT \(column) FROM virtual_key WHERE name = 'prod'")
                defer { statement.reset() }
                return try statement.step() ? statement.bytes(0) ?? [] : []
            }
            #expect(!value.isEmpty, "\(column) is empty")
            let places = type == "INTEGER" ? [0] : Set([0, value.count / 2, value.count - 1]).sorted()
            for place in places {
                for bit in [0, 5] {
                    let update = "UPDATE virtual_key SET \(column) ="
                    if type == "INTEGER" {
                        try await run(
                            test, "\(update) (\(column) | \(1 << bit)) - (\(column) & \(1 << bit)) WHERE name = 'prod'")
                    } else {
                        var flipped = value
                        flipped[place] ^= 1 << bit
                        let isBlob = type == "BLOB"
                        try await run(
                            test, "\(update) ?1 WHERE name = 'prod'", blob: isBlob ? flipped : nil, text: isBlob ? nil : flipped)
                    }
                    try await expectHit(test, "\(column), byte \(place), bit \(bit)")
                    hit += 1
                    try await run(test, "DELETE FROM virtual_key WHERE name NOT IN ('second', 'neighbour')")
                    try await test.store.insertVaultRow(backup)
                }
            }
        }
        #expect(hit > 80)
        #expect(text(try await test.reopened().apiKey(of: "prod", for: origin)) == "sk-prod")
    }

    /// Where the row's columns but the name are another row's: whole, or only those of the secret, or with an older row's.
    @Test func `a row copied over another opens neither way`() async throws {
        let test = try await filled()
        let all = try await columns(test, "virtual_key").map(\.name).filter { $0 != "name" && $0 != "last_used_at" }
        let secret = ["key_version", "master_key_id", "wrapped_data_key", "ciphertext"]
        let backup = try await test.row("prod")
        for copied in [all, all.filter { $0 != "id" }, secret, ["id"], ["tag"], ["models"], ["previous_ciphertext"]] {
            let assignments = copied.map { "\($0) = (SELECT \($0) FROM virtual_key WHERE name = 'second')" }
            try await run(test, "UPDATE virtual_key SET \(assignments.joined(separator: ", ")) WHERE name = 'prod'")
            // What is the same in both rows is no copy.
            if copied != ["models"] { try await expectHit(test, copied.joined(separator: ",")) }
            try await test.store.updateVaultRow(backup)
        }
        try await test.vault.delete("prod")
        try await test.create("prod", baseURL: "https://api.openai.com/v1", key: "sk-again")
        var old = backup
        old.id = try await test.row("prod").id
        try await test.store.updateVaultRow(old)
        try await expectHit(test, "the deleted key's row under the new one's id")
    }

    @Test func `a record of the master key that was edited keeps the vault locked, and nothing is written`() async throws {
        let test = try await filled()
        for (column, type) in try await columns(test, "vault_master") where column != "slot" {
            let changed =
                switch (column, type) {
                case ("source", _): "'credential'"
                case (_, "INTEGER"): "coalesce(\(column), 7) + 1"
                case ("salt", _), ("check_value", _): "zeroblob(32)"
                default: "'0123456789abcdef'"
                }
            // One column of the derivation alone says nothing: what counts is whether there is a salt.
            if ["rounds", "block_size", "parallelism"].contains(column) { continue }
            try await run(test, "CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM vault_master")
            try await run(test, "UPDATE vault_master SET \(column) = \(changed)")
            let before = try await test.stored()
            let vault = try await test.reopened()
            #expect(!vault.isUnlocked, "\(column)")
            let refused = await failure { try vault.apiKey(of: "prod", for: origin) }
            #expect(refused?.code == .vaultLocked, "\(column)")
            #expect(vault.list().count == 3)
            #expect(await failure { try await vault.rotateMaster(to: nil, passphrase: nil, by: nil) }?.code == .vaultLocked)
            #expect(try await test.stored() == before, "\(column)")
            try await run(test, "DELETE FROM vault_master")
            try await run(test, "INSERT INTO vault_master SELECT * FROM kept")
        }
        #expect(text(try await test.reopened().apiKey(of: "prod", for: origin)) == "sk-prod")
    }
}
