// SPDX-License-Identifier: Apache-2.0
import GatewayPolicy
import Testing

@Suite struct PolicyScopeTests {
    private static let call: PolicySubject = {
        var call = PolicySubject()
        call.apiKey = "app"
        call.virtualKey = .init(id: "17", name: "openai-prod")
        call.provider = "openai"
        call.model = "gpt-4o"
        call.metadata = ["team": "search", "empty": ""]
        return call
    }()

    @Test(arguments: [
        ("a value that is the call's", PolicyCondition(.provider, values: ["groq", "openai"]), true),
        ("a value that is another's", PolicyCondition(.provider, values: ["groq"]), false),
        ("a virtual key by its name", PolicyCondition(.virtualKey, values: ["openai-prod"]), true),
        ("a virtual key by its id", PolicyCondition(.virtualKey, values: ["17"]), true),
        ("any value", PolicyCondition(.metadata("team"), values: ["*"]), true),
        ("any value, where there is none", PolicyCondition(.config, values: ["*"]), false),
        ("any value, where it is empty", PolicyCondition(.metadata("empty"), values: ["*"]), false),
        ("any but the call's", PolicyCondition(.metadata("team"), values: ["*"], excluded: ["search"]), false),
        ("any but another's", PolicyCondition(.metadata("team"), excluded: ["ads"]), true),
        ("what the call does not say, and nothing is excluded that it says", PolicyCondition(.prompt, excluded: ["p"]), false),
        ("a model of its provider", PolicyCondition(.model, values: ["@openai/gpt-4o"]), true),
        ("a model of its key", PolicyCondition(.model, values: ["@openai-prod/gpt-4o"]), true),
        ("all models of its provider", PolicyCondition(.model, values: ["@openai/*"]), true),
        ("all models of a provider whose name begins alike", PolicyCondition(.model, values: ["@open/*"]), false),
        ("a wildcard where there are none", PolicyCondition(.provider, values: ["open/*"]), false),
    ])
    func `a condition holds for`(what: String, condition: PolicyCondition, holds: Bool) {
        #expect(PolicyScope(conditions: [condition]).matches(Self.call) == holds, "\(what)")
    }

    @Test func `all conditions must hold, and none is all`() {
        let fits = PolicyCondition(.provider, values: ["openai"])
        let fitsNot = PolicyCondition(.apiKey, values: ["other"])
        #expect(PolicyScope(conditions: [fits, fitsNot]).matches(Self.call) == false)
        #expect(PolicyScope().matches(PolicySubject()))
    }

    @Test func `calls that agree share a bucket, one that does not say it has none`() {
        #expect(PolicyScope().bucket(of: Self.call) == "default")
        #expect(PolicyScope(grouping: [.apiKey, .model]).bucket(of: Self.call) == "api_key:app-model:openai.gpt-4o")
        #expect(PolicyScope(grouping: [.virtualKey]).bucket(of: Self.call) == "virtual_key:17")
        #expect(PolicyScope(grouping: [.apiKey, .prompt]).bucket(of: Self.call) == nil)
        #expect(PolicyScope(grouping: [.metadata("empty")]).bucket(of: Self.call) == nil)
    }

    @Test func `a key is named as policies name it`() {
        for name in ["api_key", "virtual_key", "provider", "config", "prompt", "model", "workspace_id", "metadata.team"] {
            #expect(PolicyKey(name)?.text == name)
        }
        #expect(PolicyKey("metadata.") == nil)
        #expect(PolicyKey("zzz") == nil)
    }
}
