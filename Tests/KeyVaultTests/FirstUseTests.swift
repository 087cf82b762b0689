// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import KeyVault
import Testing

struct FirstUseTests {
    private let origin = "https://api.openai.com"

    private func use(_ vault: KeyVault, _ name: String = "prod", uid: UInt32 = 1, unit: String? = nil, pid: Int32 = 1) throws {
        _ = try vault.apiKey(of: name, for: origin, by: PeerIdentity(pid: pid, uid: uid, gid: 1, unit: unit))
    }

    private func firstUses(_ test: TestVault) async throws -> [String] {
        try await test.store.flush()
        var filter = AuditFilter()
        filter.kind = "key.first_used"
        return try await test.store.auditEntries(matching: filter).entries.reversed().map { entry in
            "\(entry.subject) \(entry.actor?.uid ?? 0) \(entry.actor?.unit ?? "-")"
        }
    }

    @Test func `a caller is told apart by uid and unit, and its first use is told once`() async throws {
        let test = try await TestVault()
        try await test.create("prod")
        try await test.create("other")
        try use(test.vault)
        try use(test.vault, pid: 2)
        try use(test.vault, uid: 2)
        try use(test.vault, unit: "a.service")
        try use(test.vault, unit: "a.service")
        try use(test.vault, unit: "b.service")
        try use(test.vault, "other")
        let expected = ["prod 1 -", "prod 2 -", "prod 1 a.service", "prod 1 b.service", "other 1 -"]
        #expect(try await firstUses(test) == expected)

        _ = try await test.vault.rotate("prod", secret: try secret("sk-new"))
        try use(test.vault)
        try use(try await test.reopened())
        #expect(try await firstUses(test) == expected, "neither a rotation nor a restart makes a caller a new one")

        try await test.vault.delete("prod")
        try await test.create("prod")
        try use(test.vault)
        #expect(try await firstUses(test) == expected + ["prod 1 -"], "another key of the same name is another key")
        try use(try await test.reopened())
        #expect(try await firstUses(test) == expected + ["prod 1 -"])
    }

    @Test func `a use that was refused is none`() async throws {
        let test = try await TestVault()
        try await test.create("prod")
        let failure = await failure { try test.vault.apiKey(of: "prod", for: "https://evil.example") }
        #expect(failure?.code == .permissionDenied && failure?.divertedKey == "prod")
        #expect(try await firstUses(test) == [])
    }

    @Test func `each change of a key is on record with who made it`() async throws {
        let test = try await TestVault()
        let admin = PeerIdentity(pid: 9, uid: 0, gid: 0, executable: "/usr/bin/wicket")
        let new = NewVirtualKey(name: "k", provider: "openai", baseURL: origin, secret: try secret("sk-1"))
        _ = try await test.vault.create(new, by: admin)
        _ = try await test.vault.update("k", VirtualKeyChange(note: "n"), by: admin)
        _ = try await test.vault.rotate("k", secret: try secret("sk-2"), by: admin)
        try await test.vault.delete("k", by: admin)
        let entries = try await test.store.auditEntries().entries
        #expect(entries.map(\.kind) == ["key.deleted", "key.rotated", "key.updated", "key.created"])
        #expect(entries.allSatisfy { $0.actor == admin && $0.subject == "k" })
        #expect(try await test.store.verifyAudit().isValid)
    }
}
