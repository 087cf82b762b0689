// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters
import Testing

@testable import WicketDaemon

@Suite struct ConfigurationProviderTests {
    @Test func `an address is enough for a server that speaks OpenAI's dialect`() throws {
        let provider = try #require(try read("providers: {vllm: {base_url: http://127.0.0.1:8000/v1/}}").providers.first)
        var expected = testCatalog[0]
        expected.id = "vllm"
        expected.baseURL = "http://127.0.0.1:8000/v1"
        // OPENAI_API_KEY holds a key for somebody else.
        expected.environmentVariable = nil
        #expect(provider == expected)
    }

    @Test func `a list does as well as a mapping`() throws {
        let mapping = try read("providers: {a: {base_url: https://a.example}, b: {base_url: https://b.example}}").providers
        let list = try read("providers:\n- {id: a, base_url: https://a.example}\n- {id: b, base_url: https://b.example}")
            .providers
        #expect(mapping == list)
        #expect(mapping.map(\.id) == ["a", "b"])
    }

    @Test func `all that is said takes the place of what it builds on`() throws {
        let provider = try #require(
            try read(
                """
                providers:
                  mine:
                    extends: anthropic
                    base_url: https://x.example
                    auth_header: api-key
                    auth_prefix: "Key "
                    headers: {Anthropic-Version: "2024", x-team: search}
                    paths: {chat.completions.create: /chat}
                    env: MY_KEY
                    parameters: {renames: {max_tokens: max}, unsupported: [seed, n]}
                """
            ).providers.first)
        #expect(provider.id == "mine")
        #expect(provider.dialect == .anthropic)
        #expect(provider.authField == "api-key")
        #expect(provider.authPrefix == "Key ")
        #expect(provider.headers == [HTTPField("Anthropic-Version", "2024"), HTTPField("x-team", "search")])
        #expect(provider.paths == [.messages: "/messages", .chat: "/chat"])
        #expect(provider.environmentVariable == "MY_KEY")
        #expect(provider.parameters == ParameterRules(renames: ["max_tokens": "max"], unsupported: ["seed", "n"]))
    }

    @Test func `a built-in provider can be sent elsewhere and keeps the rest`() throws {
        let provider = try #require(
            try read("providers: {groq: {base_url: https://proxy.example/groq, auth_header: none}}").providers.first)
        #expect(provider.baseURL == "https://proxy.example/groq")
        #expect(provider.paths == testCatalog[2].paths)
        #expect(provider.authField == nil)
    }

    @Test func `a dialect brings its manner of speaking and nothing that points elsewhere`() throws {
        let provider = try #require(try read(#"providers: {a: {dialect: anthropic, base_url: ""}}"#).providers.first)
        #expect(provider.authField == "x-api-key")
        #expect(provider.headers == testCatalog[1].headers)
        #expect(provider.baseURL.isEmpty)
        #expect(try read("providers: {a: {dialect: local}}").providers.first?.baseURL == "")
    }

    @Test(arguments: [
        ("{a: {}}", "`a` without `base_url`"),
        ("{a: {base_url: }}", "`base_url` must be a URL, not nothing"),
        ("{a: {extends: opneai, base_url: https://x}}", "not a built-in provider; did you mean `openai`?"),
        ("{A B: {base_url: https://x}}", "the id `A B`, but ids are lower-case letters"),
        ("[{base_url: https://x}]", "an entry without `id`"),
        ("[{id: a, base_url: https://x}, {id: a, base_url: https://x}]", "has `a` a second time"),
        ("{a: {id: b, base_url: https://x}}", "another `id` in it: `b`"),
        ("{a: {base_url: https://x, headers: {Authorization: Bearer abc}}}", "carries a key; keys live in the vault"),
        ("{a: {base_url: https://x, headers: {Content-Length: 1}}}", "which the gateway sets itself"),
        ("{a: {base_url: https://x, headers: {'x y': 1}}}", "`x y`, which is not a header field's name"),
        ("{a: {base_url: https://x, headers: {x: \"a\\r\\nb\"}}}", "has a control character in it"),
        ("{a: {base_url: https://x, auth_header: 'x:'}}", "not a header field's name"),
        ("{a: {base_url: https://x, auth_prefix: \"a\\n\"}}", "has a control character in it"),
        ("{a: {base_url: https://x, paths: {chat.completion.create: /x}}}", "did you mean `chat.completions.create`?"),
        ("{a: {base_url: https://x, paths: {models.list: x}}}", "must hold paths that begin with `/`"),
        ("{a: {base_url: https://x, parameters: {unsupported: seed}}}", "must be a list, not `seed`"),
        ("{a: {base_url: https://x, dialect: cobol}}", "must be one of openai, anthropic, local, not `cobol`"),
        ("7", "must be a mapping of ids to providers, not `7`"),
    ])
    func `what a provider can't be is told`(_ yaml: String, _ message: String) {
        let found = faults("providers: " + yaml)
        #expect(found.count == 1)
        #expect(found.first?.contains(message) == true, "\(found)")
    }

    @Test(arguments: [
        ("https://api.example.com/v1", true), ("https://api.example.com:8443", true), ("https://[2001:db8::1]:8443/v1", true),
        ("http://127.0.0.1:9787/r/ID/v1", true), ("http://127.9.9.9", true), ("http://localhost:1", true),
        ("http://[::1]:80/x", true),
        ("http://example.com", false), ("http://127.0.0.1.evil.com", false), ("http://127.evil.com.x", false),
        ("http://localhost.x", false),
        ("http://[::2]", false), ("ftp://x", false), ("https://", false), ("https:///v1", false), ("https://:80", false),
        ("https://user:pw@x", false), ("https://x?key=1", false), ("https://x/#a", false), ("https://x y", false),
        ("https://x\\@y", false),
        ("https://x:0", false), ("https://x:65536", false), ("https://x:", false), ("https://[::1", false),
        ("https://[::1]x", false),
        ("https://a:1:2", false), ("HTTPS://x", true), ("https://x\u{e9}", false), ("https://[]", false),
    ])
    func `only an address that can be read in one way is taken`(_ url: String, _ isFine: Bool) {
        #expect((baseURLProblem(url) == nil) == isFine)
    }
}
