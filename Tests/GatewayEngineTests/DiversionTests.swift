// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing
import Testing

@testable import GatewayEngine

struct DiversionTests {
    private struct OneKey: SecretSource {
        let base: String
        let generation: UInt64 = 0
        func virtualKey(named name: String) throws(GatewayFailure) -> VirtualKey {
            VirtualKey(name: name, provider: "openai", baseURL: try BaseURL(base))
        }
        func apiKey(of name: String, for origin: String, by peer: PeerIdentity) throws(GatewayFailure) -> SecretBytes {
            throw GatewayFailure(.notFound, "This vault opens nothing.")
        }
    }

    private func resolve(
        _ base: String = "https://api.openai.com/v1", leaf: PlanTarget = PlanTarget(path: "config"),
        _ change: (inout CallOptions) -> Void
    ) throws(GatewayFailure) -> Target {
        var options = CallOptions()
        options.virtualKey = "prod"
        change(&options)
        guard let document = try? JSONDocument(#"{"model": "gpt-4o"}"#) else { throw GatewayFailure(.internalError, "no JSON") }
        let call = GatewayCall(
            operation: .chat, document: document, request: document.root, options: options,
            peer: PeerIdentity(pid: 1, uid: 1, gid: 1))
        return try TargetResolver(catalog: .builtIn, secrets: OneKey(base: base)).resolve(leaf, for: call, now: 1)
    }

    @Test(arguments: [
        "https://api.openai.com", "https://api.openai.com:443/x", "HTTPS://API.OPENAI.COM/v1", "https://api.openai.com/v1/..x",
    ])
    func `another path at the key's own origin is fine`(host: String) throws {
        #expect(try resolve { $0.customHost = host }.base.origin == "https://api.openai.com")
    }

    @Test(arguments: [
        "https://api.openai.com.evil.example", "https://api.openai.com:8443", "http://127.0.0.1", "https://10.0.0.1",
    ])
    func `another origin is refused, and is a diversion of the key`(host: String) {
        let failure = #expect(throws: GatewayFailure.self) { try resolve { $0.customHost = host } }
        #expect(failure?.code == .permissionDenied && failure?.divertedKey == "prod")
    }

    @Test(arguments: [
        "https://api.openai.com@evil.example", "https://0x7f.1", "ftp://api.openai.com", "https://api.openai.com.", "x",
    ])
    func `what cannot be read is refused as such, and is one as well`(host: String) {
        let failure = #expect(throws: GatewayFailure.self) { try resolve { $0.customHost = host } }
        #expect(failure?.code == .invalidParams && failure?.divertedKey == "prod")
    }

    @Test func `another provider for the key is refused`() {
        for provider in ["anthropic", "@other"] {
            let failure = #expect(throws: GatewayFailure.self) { try resolve { $0.provider = provider } }
            #expect(failure?.code == .permissionDenied && failure?.divertedKey == "prod")
        }
    }

    @Test(arguments: [
        ("https://api.openai.com", true), ("https://localhost:1", false), ("https://10.0.0.1", false),
        ("https://[fd00::1]", false),
        ("https://sub.localhost", true),
    ])
    func `only a name has to be looked up`(base: String, isNamed: Bool) throws {
        #expect(try resolve(base) { _ in }.base.isNamed == isNamed)
    }
}
