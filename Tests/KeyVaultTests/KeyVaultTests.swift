// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import KeyVault
import Testing

struct KeyVaultTests {
    private let origin = "https://api.openai.com"

    @Test func `a key that was put in comes out for its origin, also after a restart`() async throws {
        let test = try await TestVault()
        let info = try await test.create(key: "sk-1234")
        #expect(info.name == "prod")
        #expect(info.baseURL == "https://api.openai.com/v1")
        #expect(info.keyVersion == 1)
        #expect(info.createdAt.milliseconds == test.time.now)
        for vault in [test.vault, try await test.reopened()] {
            #expect(text(try vault.apiKey(of: "prod", for: origin)) == "sk-1234")
            let key = try vault.virtualKey(named: "prod")
            #expect(key.provider == "openai")
            #expect(key.baseURL.text == "https://api.openai.com/v1")
        }
    }

    @Test func `no other origin gets the key`() async throws {
        let test = try await TestVault()
        try await test.create()
        for other in [
            "https://api.openai.com:8443", "http://api.openai.com", "https://api.openai.com.evil.example", "https://evil.example",
            "",
        ] {
            #expect(await failure { try test.vault.apiKey(of: "prod", for: other) }?.code == .permissionDenied)
            #expect(await failure { try test.vault.previousAPIKey(of: "prod", for: other) }?.code == .permissionDenied)
        }
    }

    @Test func `a name is taken once, and free again after deletion`() async throws {
        let test = try await TestVault()
        try await test.create()
        #expect(await failure { try await test.create() }?.code == .conflict)
        try await test.vault.delete("prod")
        #expect(await failure { try test.vault.virtualKey(named: "prod") }?.code == .notFound)
        #expect(await failure { try test.vault.apiKey(of: "prod", for: origin) }?.code == .notFound)
        #expect(await failure { try await test.vault.delete("prod") }?.code == .notFound)
        #expect(try await test.store.loadVault().isEmpty)
        try await test.create()
    }

    @Test func `of many that ask for one name at once, one gets it`() async throws {
        let test = try await TestVault()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<20 { group.addTask { (try? await test.create(key: "sk-\(index)")) != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(outcomes == 1)
        #expect(try await test.store.loadVault().count == 1)
    }

    @Test(arguments: [
        "", "@saved", "a b", "a/b", "ä", "a\n", "a\0", String(repeating: "a", count: 129), "a:b",
    ])
    func `a name that is none is refused`(name: String) async throws {
        let test = try await TestVault()
        let failure = await failure { try await test.create(name) }
        #expect(failure?.code == .invalidParams)
        #expect(failure?.path == "name")
    }

    @Test func `what cannot be stored is refused by the field's name`() async throws {
        let test = try await TestVault()
        let good = NewVirtualKey(name: "x", provider: "openai", baseURL: "https://api.openai.com", secret: try secret("k"))
        func path(_ change: (inout NewVirtualKey) -> Void) async -> String? {
            var new = good
            change(&new)
            return await failure { try await test.vault.create(new) }?.path
        }
        #expect(await path { $0.baseURL = "http://example.com" } == "base_url")
        #expect(await path { $0.baseURL = "" } == "base_url")
        #expect(await path { $0.expiresAt = "tomorrow" } == "expires_at")
        #expect(await path { $0.models = [""] } == "models")
        #expect(await path { $0.note = String(repeating: "n", count: 4097) } == "note")
        #expect(await path { $0.rateLimits = Array("{}".utf8) } == "rate_limits")
        #expect(await path { $0.usageLimits = Array("[1]".utf8) } == "usage_limits[0]")
        #expect(test.vault.list().isEmpty)
        _ = try await test.vault.create(good)
    }

    @Test func `fields are changed one by one, and survive a restart`() async throws {
        let test = try await TestVault()
        try await test.create(key: "sk-1")
        test.time.advance(seconds: 10)
        let limits = Array(#"[{"unit":"usd","amount":5.0,"period":"monthly"}]"#.utf8)
        _ = try await test.vault.update(
            "prod", VirtualKeyChange(models: ["gpt-*"], expiresAt: "2027-01-01T00:00:00Z", note: "mine"))
        _ = try await test.vault.update("prod", VirtualKeyChange(baseURL: "https://API.openai.com:443/v2/", usageLimits: limits))
        for vault in [test.vault, try await test.reopened()] {
            let info = try vault.get("prod")
            #expect(info.models == ["gpt-*"])
            #expect(info.expiresAt?.description == "2027-01-01T00:00:00.000Z")
            #expect(info.note == "mine")
            #expect(info.baseURL == "https://api.openai.com/v2")
            #expect(info.usageLimits == limits)
            #expect(info.updatedAt.milliseconds == info.createdAt.milliseconds + 10_000)
            #expect(try vault.virtualKey(named: "prod").expiresAtMilliseconds == info.expiresAt?.milliseconds)
            #expect(text(try vault.apiKey(of: "prod", for: origin)) == "sk-1")
        }
        let cleared = try await test.vault.update("prod", VirtualKeyChange(models: .some(nil), expiresAt: .some(nil)))
        #expect(cleared.models == nil && cleared.expiresAt == nil && cleared.note == "mine")
    }

    @Test func `a base URL of another origin is refused, and nothing changes`() async throws {
        let test = try await TestVault()
        try await test.create()
        let failure = await failure {
            try await test.vault.update("prod", VirtualKeyChange(baseURL: "https://evil.example/v1", note: "changed"))
        }
        #expect(failure?.path == "base_url")
        #expect(try test.vault.get("prod").note == "")
    }

    @Test func `a rotation gives the new key at once and the old one for its grace`() async throws {
        let test = try await TestVault()
        let created = try await test.create(key: "sk-old")
        let rotated = try await test.vault.rotate("prod", secret: try secret("sk-new"), graceSeconds: 300)
        #expect(rotated.keyVersion == 2)
        #expect(rotated.fingerprint != created.fingerprint)
        #expect(rotated.previousUntil?.milliseconds == test.time.now + 300_000)
        for vault in [test.vault, try await test.reopened()] {
            #expect(text(try vault.apiKey(of: "prod", for: origin)) == "sk-new")
            #expect(text(try #require(try vault.previousAPIKey(of: "prod", for: origin))) == "sk-old")
        }
        test.time.advance(seconds: 299)
        try await test.vault.maintain()
        #expect(try test.vault.previousAPIKey(of: "prod", for: origin) != nil)
        test.time.advance(seconds: 1)
        #expect(try test.vault.previousAPIKey(of: "prod", for: origin) == nil)
        #expect(try test.vault.get("prod").previousUntil == nil)
        try await test.vault.maintain()
        #expect(try await test.row("prod").previous == nil)
    }

    @Test func `a rotation without grace keeps nothing of the old key`() async throws {
        let test = try await TestVault()
        try await test.create(key: "sk-old")
        _ = try await test.vault.rotate("prod", secret: try secret("sk-new"))
        #expect(try test.vault.previousAPIKey(of: "prod", for: origin) == nil)
        #expect(try await test.row("prod").previous == nil)
        #expect(
            await failure { try await test.vault.rotate("prod", secret: try secret("k"), graceSeconds: -1) }?.path == "grace_s")
        #expect(await failure { try await test.vault.rotate("none", secret: try secret("k")) }?.code == .notFound)
    }

    @Test func `fingerprints are equal for equal secrets of one vault, and of no other`() async throws {
        let (one, other) = (try await TestVault(), try await TestVault())
        let first = try await one.create("a", key: "sk-same").fingerprint
        #expect(try await one.create("b", provider: "x", baseURL: "https://x.example", key: "sk-same").fingerprint == first)
        #expect(try await one.create("c", key: "sk-different").fingerprint != first)
        #expect(try await other.create("a", key: "sk-same").fingerprint != first)
        #expect(first.count == 16 && first.allSatisfy(\.isHexDigit))
    }

    @Test func `the last use is shown and, with maintenance, kept`() async throws {
        let test = try await TestVault()
        try await test.create()
        #expect(try test.vault.get("prod").lastUsedAt == nil)
        test.time.advance(seconds: 5)
        _ = try test.vault.apiKey(of: "prod", for: origin)
        #expect(try test.vault.get("prod").lastUsedAt?.milliseconds == test.time.now)
        try await test.vault.maintain()
        #expect(try await test.reopened().get("prod").lastUsedAt?.milliseconds == test.time.now)
    }

    @Test func `keys are listed by name, and a listing holds no secret`() async throws {
        let test = try await TestVault()
        for name in ["b", "a", "c"] { try await test.create(name, key: "sk-canary-\(name)") }
        #expect(test.vault.list().map(\.name) == ["a", "b", "c"])
        var dumped = ""
        dump(test.vault.list(), to: &dumped)
        dump(test.vault, to: &dumped)
        dump(try secret("sk-canary"), to: &dumped)
        #expect(!dumped.contains("canary"))
    }
}
