// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import KeyVault
import Testing

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

    @Test func `parts that the vault does not know are kept and count for the fingerprint, in any order`() async throws {
        let test = try await TestVault()
        func create(_ name: String, _ json: String) async throws -> String {
            let new = NewVirtualKey(
                name: name, provider: "openai", baseURL: "https://api.openai.com", secret: try secret(json: json))
            let info = try await test.vault.create(new)
            #expect(text(try test.vault.apiKey(of: name, for: "https://api.openai.com")) == "sk-1")
            return info.fingerprint
        }
        let first = try await create("a", #"{"api_key":"sk-1","region":"eu","account":{"id":"x"}}"#)
        #expect(try await create("b", #"{"region":"eu", "account":{"id":"x"}, "api_key":"sk-1"}"#) == first)
        #expect(try await create("c", #"{"api_key":"sk-1","region":"us","account":{"id":"x"}}"#) != first)
        #expect(try await create("d", #"{"api_key":"sk-1"}"#) != first)
    }
}
