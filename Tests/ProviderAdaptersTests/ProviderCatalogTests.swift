// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import Testing

@testable import ProviderAdapters

struct ProviderCatalogTests {
    let catalog = ProviderCatalog.builtIn

    @Test func `the built-in catalog parses and names at least thirty providers that speak OpenAI's dialect`() throws {
        let catalog = try ProviderCatalog(parsing: PackageResources.providers_json)
        #expect(catalog.ids.filter { catalog.provider($0)?.dialect == .openai }.count >= 31)
        for id in ["openai", "anthropic", "local", "groq", "mistral-ai", "together-ai", "x-ai", "openrouter", "ollama"] {
            #expect(catalog.provider(id) != nil, "\(id)")
        }
    }

    @Test(arguments: ProviderCatalog.builtIn.ids)
    func `an entry is complete`(_ id: String) throws {
        let provider = try #require(catalog.provider(id))
        let parts = Set(provider.secret.forms.joined().filter { $0.form == .word }.map(\.name))
        let filled = parts.reduce(into: [:]) { $0[$1] = "x" }
        #expect(fill(provider.query, with: filled).missing == nil)
        let (address, missing) = fill(provider.baseURL, with: filled)
        #expect(missing == nil)
        let url = try #require(URL(string: address))
        switch provider.dialect {
        case .local: #expect(url.scheme == "local")
        default: #expect(url.scheme == "https" || url.host == "127.0.0.1", "\(provider.baseURL)")
        }
        #expect(url.host?.isEmpty == false)
        #expect(!provider.baseURL.hasSuffix("/"))
        #expect(provider.paths[.chat] != nil || id == "sagemaker")
        for path in provider.paths.values { #expect(path.hasPrefix("/") && !path.hasSuffix("/"), "\(path)") }
        #expect((provider.authField == nil) == (id == "local"))
        #expect(provider.authField == provider.authField?.lowercased())
        #expect(provider.authPrefix == "Bearer " || ["anthropic", "azure-openai", "local"].contains(id))
        for field in provider.headers { #expect(field.name == field.name.lowercased()) }
        #expect(Set(provider.parameters.renames.keys).isDisjoint(with: provider.parameters.unsupported))
        for (alias, model) in provider.modelAliases {
            #expect(provider.modelAliases[model] == nil, "\(alias) stands for another alias")
        }
    }

    @Test func `the key goes where each provider looks for it`() throws {
        let anthropic = try #require(catalog.provider("anthropic"))
        #expect(anthropic.authField == "x-api-key")
        #expect(anthropic.authPrefix == "")
        #expect(anthropic.headers == [HTTPField("anthropic-version", "2023-06-01")])
        #expect(anthropic.paths[.messages] == "/messages")
        #expect(catalog.provider("groq")?.authField == "authorization")
    }

    @Test(arguments: [
        ("claude-3.5-sonnet", "claude-3-5-sonnet-20241022"), ("claude-3.5-haiku", "claude-3-5-haiku-20241022"),
        ("claude-3-opus", "claude-3-opus-20240229"), ("claude-sonnet-4-5", "claude-sonnet-4-5"), ("made-up", "made-up"),
    ])
    func `a name that people write becomes the model that the provider knows`(_ name: String, _ model: String) throws {
        #expect(catalog.resolveModel(name, for: try #require(catalog.provider("anthropic"))) == model)
    }

    @Test(arguments: [
        ("antropic", "anthropic"), ("mistral", "mistral-ai"), ("together", "together-ai"), ("xai", "x-ai"), ("Groq", "groq"),
        ("open-ai", "openai"), ("open_router", "openrouter"), ("fireworks", "fireworks-ai"), ("qwertyuiop", nil), ("", nil),
    ])
    func `a mistyped id gets the nearest one`(_ id: String, _ nearest: String?) {
        #expect(catalog.nearest(to: id) == nearest)
    }

    @Test func `a user's entry is found, and replaces one that came with the daemon`() {
        let own = Provider.openAICompatible(id: "my-vllm", baseURL: "http://127.0.0.1:9000/v1")
        var groq = Provider.openAICompatible(id: "groq", baseURL: "https://groq.example.com")
        groq.modelAliases = ["small": "llama-3.1-8b-instant"]
        let both = catalog.adding(own).adding(groq)
        #expect(both.provider("my-vllm") == own)
        #expect(both.provider("my-vllm")?.paths[.chat] == "/chat/completions")
        #expect(both.provider("groq")?.baseURL == "https://groq.example.com")
        #expect(both.resolveModel("small", for: groq) == "llama-3.1-8b-instant")
        #expect(catalog.provider("my-vllm") == nil)
    }

    @Test(arguments: [
        (#"[]"#, "", "must be an object"),
        (#"{"providers":{}}"#, "providers", "must be an array"),
        (#"{"providers":[],"more":1}"#, "more", "is not known"),
        (#"{"providers":[{"id":"a"}]}"#, "providers[0].base_url", "must be a string"),
        (#"{"providers":[{"id":"a","base_url":"https://a/"}]}"#, "providers[0].base_url", "must not end in a slash"),
    ])
    func `a wrong document is refused with the place of the mistake`(_ text: String, _ path: String, _ message: String) {
        #expect(throws: CatalogError(path: path, message: message)) { try ProviderCatalog(parsing: Array(text.utf8)) }
    }

    @Test(arguments: [
        (#""colour":"red""#, "colour", "is not known"),
        (#""id":"b""#, "id", "occurs twice"),
        (#""dialect":"klingon""#, "dialect", "`klingon` is no dialect"),
        (#""paths":{"chat":"/c"}"#, "paths.chat", "no such operation"),
        (#""paths":{"models.list":"m"}"#, "paths.models.list", "must start with a slash"),
        (#""auth":{"header":"x"}"#, "auth.prefix", "must be a string"),
        (#""headers":{"x":1}"#, "headers", "must hold strings"),
        (#""secret":"gold""#, "secret", "`gold` is no kind of secret"),
        (#""parameters":{"limits":{"n":[2,1]}}"#, "parameters.limits.n", "must be [lowest, highest]"),
        (#""parameters":{"unsupported":[1]}"#, "parameters.unsupported", "must hold strings"),
    ])
    func `a wrong entry is refused with the place of the mistake`(_ member: String, _ path: String, _ message: String) {
        let text = #"{"providers":[{"id":"a","base_url":"https://a",\#(member)}]}"#
        #expect(throws: CatalogError(path: "providers[0].\(path)", message: message)) {
            try ProviderCatalog(parsing: Array(text.utf8))
        }
    }

    @Test func `an id that occurs twice is refused`() {
        let text = #"{"providers":[{"id":"a","base_url":"https://a"},{"id":"a","base_url":"https://b"}]}"#
        #expect(throws: CatalogError(path: "providers[1].id", message: "`a` occurs twice")) {
            try ProviderCatalog(parsing: Array(text.utf8))
        }
    }

    @Test func `the schema names exactly the keys that the parser knows`() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("Sources/ProviderAdapters/Resources/providers.schema.json")
        let schema = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let provider = (((schema as? [String: Any])?["$defs"] as? [String: Any])?["provider"] as? [String: Any])?["properties"]
        let keys = try #require(provider as? [String: Any]).keys.sorted()
        for key in keys where key != "id" && key != "base_url" {
            let text = #"{"providers":[{"id":"a","base_url":"https://a","\#(key)":17}]}"#
            do {
                _ = try ProviderCatalog(parsing: Array(text.utf8))
                Issue.record("\(key) took a number")
            } catch {
                #expect(error.message != "is not known", "\(key)")
            }
        }
        #expect(keys.count == 11)
    }
}
