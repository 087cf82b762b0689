// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing
import Synchronization
import Testing

@testable import GatewayEngine

@Suite struct TargetCacheTests {
    private let vault = SmallVault()
    private var resolver: TargetResolver { TargetResolver(catalog: .builtIn, secrets: vault) }

    private func call(
        model: String = "gpt-4o", _ change: (inout CallOptions) -> Void = { $0.virtualKey = "prod" }
    ) throws -> GatewayCall {
        let document = try JSONDocument(#"{"model": "\#(model)", "messages": []}"#)
        var options = CallOptions()
        change(&options)
        return GatewayCall(
            operation: .chat, document: document, request: document.root, options: options,
            peer: PeerIdentity(pid: 1, uid: 1, gid: 1))
    }

    @Test func `calls that say the same go to the same targets, others to their own`() throws {
        var cache = TargetCache()
        let first = cache.targets(.direct, try call(), resolver, now: 1)
        #expect(try first.target(0).model == "gpt-4o")
        #expect(cache.targets(.direct, try call(), resolver, now: 2) === first)
        let other = cache.targets(.direct, try call(model: "gpt-4o-mini"), resolver, now: 2)
        #expect(try other.target(0).model == "gpt-4o-mini")
        #expect(cache.targets(.direct, try call(), resolver, now: 3) === first)
        let plan = Plan(root: .target(0), targets: [PlanTarget(path: "config")])
        #expect(cache.targets(plan, try call(), resolver, now: 3) !== first)
    }

    @Test func `a change in the vault is seen by the next call`() throws {
        var cache = TargetCache()
        let first = cache.targets(.direct, try call(), resolver, now: 1)
        vault.change { $0.models = ["claude-*"] }
        let second = cache.targets(.direct, try call(), resolver, now: 1)
        #expect(second !== first)
        #expect(throws: GatewayFailure.self) { try second.target(0) }
    }

    @Test func `an expired key is not used, however well it is remembered`() throws {
        vault.change { $0.expiresAtMilliseconds = 100 }
        var cache = TargetCache()
        let first = cache.targets(.direct, try call(), resolver, now: 99)
        #expect(cache.targets(.direct, try call(), resolver, now: 99) === first)
        #expect(throws: GatewayFailure.self) { try cache.targets(.direct, try call(), resolver, now: 100).target(0) }
    }

    @Test func `what failed is looked for again`() throws {
        vault.change { $0.models = ["claude-*"] }
        var cache = TargetCache()
        #expect(throws: GatewayFailure.self) { try cache.targets(.direct, try call(), resolver, now: 1).target(0) }
        vault.change { $0.models = nil }
        #expect(try cache.targets(.direct, try call(), resolver, now: 1).target(0).virtualKey == "prod")
    }

    @Test func `what a list of models was asked by is no other call's target`() throws {
        vault.change { $0.models = ["gpt-4o-mini"] }
        var cache = TargetCache()
        let document = try JSONDocument(#"{"model": "gpt-4o"}"#)
        var options = CallOptions()
        options.virtualKey = "prod"
        let list = GatewayCall(
            operation: .models, document: document, request: document.root, options: options,
            peer: PeerIdentity(pid: 1, uid: 1, gid: 1))
        #expect(try cache.targets(.direct, list, resolver, now: 1).target(0).model == "")
        #expect(throws: GatewayFailure.self) { try cache.targets(.direct, try call(), resolver, now: 1).target(0) }
    }

    @Test func `a caller's own key is not kept`() throws {
        var cache = TargetCache()
        func own(_ key: String) throws -> GatewayCall {
            try call {
                $0.provider = "openai"
                $0.apiKey = Array(key.utf8).withUnsafeBytes { SecretBytes(copying: $0) }
            }
        }
        let first = cache.targets(.direct, try own("one"), resolver, now: 1)
        #expect(cache.targets(.direct, try own("two"), resolver, now: 1) !== first)
    }

    @Test func `many different calls are held in little room`() throws {
        var cache = TargetCache()
        let first = cache.targets(.direct, try call(), resolver, now: 1)
        for index in 0..<200 { _ = cache.targets(.direct, try call(model: "m-\(index)"), resolver, now: 1) }
        // It was met early and often enough to stay, or it is found anew: right either way.
        #expect(try cache.targets(.direct, try call(), resolver, now: 1).target(0).id == first.target(0).id)
        #expect(cache.count <= 32)
    }
}

/// One virtual key that can be changed.
private final class SmallVault: SecretSource {
    private let state = Mutex((generation: UInt64(1), key: SmallVault.key))

    private static var key: VirtualKey {
        guard let url = try? BaseURL("https://api.openai.com/v1", parameter: "") else { preconditionFailure("a good URL") }
        return VirtualKey(name: "prod", provider: "openai", baseURL: url)
    }

    func change(_ change: (inout VirtualKey) -> Void) {
        state.withLock {
            $0.generation += 1
            change(&$0.key)
        }
    }

    var generation: UInt64 { state.withLock { $0.generation } }
    func virtualKey(named name: String) throws(GatewayFailure) -> VirtualKey { state.withLock { $0.key } }
    func apiKey(of name: String, for origin: String, by peer: PeerIdentity) throws(GatewayFailure) -> SecretBytes {
        throw GatewayFailure(.notFound, "This vault opens nothing.")
    }
}
