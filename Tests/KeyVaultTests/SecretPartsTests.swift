// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import ProviderAdapters
import Testing

@testable import KeyVault

struct SecretPartsTests {
    @Test(arguments: [
        ("[]", "secret"), ("null", "secret"), (#""sk""#, "secret"), ("{}", "secret.api_key"),
        (#"{"api_key":""}"#, "secret.api_key"),
        (#"{"api_key":1}"#, "secret.api_key"), (#"{"api_key":null}"#, "secret.api_key"),
        (#"{"api_key":"a b"}"#, "secret.api_key"),
        (#"{"api_key":"sk\n"}"#, "secret.api_key"), (#"{"api_key":"sk\r\nx-evil: 1"}"#, "secret.api_key"),
        (#"{"api_key":"sk\u0000"}"#, "secret.api_key"),
        (#"{"api_key":"sché"}"#, "secret.api_key"), (#"{"api_key":"a\"b"}"#, "secret.api_key"),
        (#"{"api_key":"a\\b"}"#, "secret.api_key"),
        (#"{"api_key":"a","api_key":"b"}"#, "secret"), (#"{"api_key":"a","x":1,"x":2}"#, "secret"),
        (#"{"API_KEY":"a"}"#, "secret.api_key"),
        (#"{"api_key":"a","x":"\#(String(repeating: "y", count: 65_536))"}"#, "secret"),
    ])
    func `what is no secret is refused by its part's name, without quoting it`(json: String, path: String) throws {
        let failure = #expect(throws: GatewayFailure.self) { try secret(json: json) }
        #expect(failure?.code == .invalidParams)
        #expect(failure?.path == path)
        #expect(failure?.message.contains("evil") == false)
    }

    @Test(arguments: [
        #"{"api_key":"sk-1"}"#, #" { "api_key" : "sk-1" } "#, #"{"api_key":"\u0073k-1"}"#, #"{"api\u005fkey":"sk-1"}"#,
    ])
    func `one secret written in several ways is one`(json: String) async throws {
        let test = try await TestVault()
        let plain = try await test.create("plain", key: "sk-1")
        let new = NewVirtualKey(
            name: "other", provider: "openai", baseURL: "https://api.openai.com", secret: try secret(json: json))
        #expect(try await test.vault.create(new).fingerprint == plain.fingerprint)
        #expect(text(try test.vault.apiKey(of: "other", for: "https://api.openai.com")) == "sk-1")
    }

    private static let azure =
        #"{"api_key":"k","azure_resource_name":"res","azure_deployment_id":"dep","azure_api_version":"2024-10-21"}"#
    private static let account = #"{"type":"service_account","client_email":"a@b","private_key":"-----\n\u0041"}"#

    @Test(arguments: [
        (SecretKind.apiKey, #"{"api_key":"k"}"#, [:]),
        (.aws, #"{"api_key":"k"}"#, [:]),
        (.aws, #"{"api_key":"k","aws_region":"eu-west-1"}"#, ["aws_region": "eu-west-1"]),
        (.aws, #"{"aws_access_key_id":"A","aws_secret_access_key":"s/+=","aws_region":"r"}"#, ["aws_region": "r"]),
        (
            .aws, #"{"aws_session_token":"t","aws_access_key_id":"A","aws_secret_access_key":"s","aws_region":"r"}"#,
            ["aws_region": "r"]
        ),
        (
            .azureOpenAI, azure,
            ["azure_resource_name": "res", "azure_deployment_id": "dep", "azure_api_version": "2024-10-21"]
        ),
        (
            .azureOpenAI, #"{"api_key":"k","resource_name":"res","deployment_name":"dep","api_version":"2024-10-21"}"#,
            ["azure_resource_name": "res", "azure_deployment_id": "dep", "azure_api_version": "2024-10-21"]
        ),
        (
            .vertex, #"{"vertex_project_id":"p","vertex_region":"r","vertex_service_account_json":\#(account)}"#,
            ["vertex_project_id": "p", "vertex_region": "r"]
        ),
    ])
    func `each kind of provider takes its parts, and shows those that are no secret`(
        kind: SecretKind, json: String, shown: [String: String]
    ) throws {
        let parts = try secret(json: json, kind)
        #expect(parts.shown == shown)
        let opened = try #require(parts.canonical.withExposedBytes { OpenedParts($0) })
        #expect(opened.values.compactMapValues { $0 } == shown)
        #expect(opened.apiKey.map(text) == (json.contains("api_key\":\"k") ? "k" : nil))
        #expect(opened.values.keys.contains { !shown.keys.contains($0) })
    }

    @Test(arguments: [
        (SecretKind.apiKey, #"{"api_key":"k","aws_region":"r"}"#, "secret.aws_region"),
        (.aws, "{}", "secret"),
        (.aws, #"{"aws_secret_access_key":"s","aws_region":"r"}"#, "secret"),
        (.aws, #"{"aws_access_key_id":"A","aws_region":"r"}"#, "secret.aws_secret_access_key"),
        (.aws, #"{"aws_access_key_id":"A","aws_secret_access_key":"s"}"#, "secret.aws_region"),
        (.aws, #"{"api_key":"k","aws_access_key_id":"A"}"#, "secret.aws_access_key_id"),
        (.aws, #"{"api_key":"k","aws_region":"evil.com/x"}"#, "secret.aws_region"),
        (.azureOpenAI, #"{"api_key":"k"}"#, "secret.azure_resource_name"),
        (.azureOpenAI, #"{"api_key":"k","azure_resource_name":"a@evil"}"#, "secret.azure_resource_name"),
        (.azureOpenAI, #"{"api_key":"k","azure_resource_name":"a","resource_name":"a"}"#, "secret.azure_resource_name"),
        (.azureOpenAI, #"{"azure_resource_name":"a"}"#, "secret.api_key"),
        (.vertex, #"{"vertex_project_id":"p","vertex_region":"r"}"#, "secret.vertex_service_account_json"),
        (.vertex, #"{"vertex_service_account_json":"evil"}"#, "secret.vertex_service_account_json"),
        (.vertex, #"{"vertex_service_account_json":{"client_email":"evil"}}"#, "secret.vertex_service_account_json"),
        (.vertex, #"{"vertex_service_account_json":[]}"#, "secret.vertex_service_account_json"),
    ])
    func `a part that is missing, wrong or of another kind is named`(kind: SecretKind, json: String, path: String) throws {
        let failure = #expect(throws: GatewayFailure.self) { try secret(json: json, kind) }
        #expect(failure?.path == path)
        #expect(failure?.message.contains("evil") == false)
    }

    @Test func `one secret in any order, with aliases or without, has one fingerprint`() async throws {
        let test = try await TestVault()
        func create(_ name: String, _ json: String) async throws -> String {
            let parts = try secret(json: json, .azureOpenAI)
            let new = NewVirtualKey(name: name, provider: "azure-openai", baseURL: "https://a.example", secret: parts)
            let info = try await test.vault.create(new)
            #expect(text(try test.vault.apiKey(of: name, for: "https://a.example")) == "k")
            return info.fingerprint
        }
        let first = try await create("a", Self.azure)
        let other = #"{"api_version":"2024-10-21","deployment_name":"dep", "resource_name":"res","api_key":"k"}"#
        #expect(try await create("b", other) == first)
        #expect(try await create("c", Self.azure.replacing(#""dep""#, with: #""dap""#)) != first)
    }

    @Test func `parts are listed, kept over a rotation and a restart, and secret ones only by name`() async throws {
        let test = try await TestVault()
        let new = NewVirtualKey(
            name: "prod", provider: "bedrock", baseURL: "https://a.example",
            secret: try secret(json: #"{"aws_access_key_id":"A","aws_secret_access_key":"s","aws_region":"r"}"#, .aws))
        let made = try await test.vault.create(new)
        let parts: [String: String?] = ["aws_access_key_id": nil, "aws_region": "r", "aws_secret_access_key": nil]
        #expect(made.secretParts == parts)
        let failure = await failure { try test.vault.apiKey(of: "prod", for: "https://a.example") }
        #expect(failure?.code == .invalidParams && failure?.message.contains("api_key") == true)
        let next = try secret(json: #"{"api_key":"k"}"#, .aws, keeping: parts.compactMapValues { $0 })
        _ = try await test.vault.rotate("prod", secret: next)
        for vault in [test.vault, try await test.reopened()] {
            #expect(try vault.get("prod").secretParts == ["api_key": nil, "aws_region": "r"])
            #expect(try vault.virtualKey(named: "prod").parts == ["aws_region": "r"])
            #expect(text(try vault.apiKey(of: "prod", for: "https://a.example")) == "k")
        }
    }

    @Test func `who created a key is kept`() async throws {
        let test = try await TestVault()
        try await test.create(by: PeerIdentity(pid: 1, uid: 0, gid: 0))
        try await test.create("unnamed", by: PeerIdentity(pid: 1, uid: 4_000_000_000, gid: 0))
        try await test.create("unknown")
        for vault in [test.vault, try await test.reopened()] {
            #expect(try vault.get("prod").owner == KeyOwner(uid: 0, user: "root"))
            #expect(try vault.get("unnamed").owner == KeyOwner(uid: 4_000_000_000))
            #expect(try vault.get("unknown").owner == nil)
        }
    }
}
