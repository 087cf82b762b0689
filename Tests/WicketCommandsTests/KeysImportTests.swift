// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer

@Suite(.timeLimit(.minutes(2)))
struct KeysImportTests {
    private static let providers = #"""
        {"providers":[
        {"name":"openai","base_url":"https://o","needs_key":true,"key":"api_key","environment_variable":"WK_OPENAI_KEY"},
        {"name":"groq","base_url":"https://g","needs_key":true,"key":"api_key","environment_variable":"WK_GROQ_KEY"},
        {"name":"azure-openai","base_url":"https://{x}","needs_key":true,"key":"azure_openai",
        "environment_variable":"WK_AZURE_KEY"},
        {"name":"local","base_url":"local:","needs_key":false,"key":null,"environment_variable":null}]}
        """#.replacing("\n", with: "")

    /// A server with `existing` keys that keeps what it is asked to store.
    /// - Parameter elsewhere: where those keys are sent instead of to their providers, if anywhere.
    private func tool(existing: [String] = [], elsewhere: (provider: String, baseURL: String)? = nil) throws -> Tool {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            switch request["method"].string {
            case "providers.list": server.reply(request, result: Self.providers)
            case "virtual_keys.list":
                let names = existing.map { name in
                    let provider = name.replacing("team-", with: "")
                    let url = elsewhere?.baseURL ?? "https://\(provider.prefix(1))"
                    return #"{"name":"\#(name)","provider":"\#(elsewhere?.provider ?? provider)","base_url":"\#(url)"}"#
                }.joined(separator: ",")
                server.reply(request, result: #"{"virtual_keys":[\#(names)],"next_cursor":null}"#)
            default:
                // What came shows in the fingerprint that the tool prints.
                let key = request["params"]["secret"]["api_key"].string ?? ""
                let shown = key.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
                let name = request["params"]["name"].string ?? ""
                server.reply(
                    request,
                    result: #"{"name":"\#(name)","provider":"p","base_url":"https://h","fingerprint":"\#(shown)"}"#)
            }
        }
        return tool
    }

    private func fingerprint(_ key: String) -> Int { key.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } }

    private func withFile<Result>(_ text: String, _ body: (String) async throws -> Result) async throws -> Result {
        let path = NSTemporaryDirectory() + "wicket-env-" + UUID().uuidString
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    private static let text =
        "# keys\r\nexport WK_OPENAI_KEY='sk-canary-1' # mine\r\nOTHER=x\r\n\r\nWK_GROQ_KEY=canary-2\r\nWK_AZURE_KEY=canary-3\r\n"

    @Test func `each provider's variable becomes a key, and which lines can go is said`() async throws {
        let tool = try tool()
        try await withFile(Self.text) { path in
            let outcome = await tool.run("keys", "import", path)
            #expect(outcome.code == 0)
            #expect(
                outcome.output == """
                    WK_OPENAI_KEY (line 2): new key openai for openai
                    WK_GROQ_KEY (line 5): new key groq for groq
                    Added openai (p at https://h, fingerprint \(fingerprint("sk-canary-1"))).
                    Added groq (p at https://h, fingerprint \(fingerprint("canary-2"))).
                    These lines of \(path) can be deleted now: 2, 5.

                    """)
            #expect(outcome.error.contains("WK_AZURE_KEY (line 6): passed by, azure-openai needs more than a key"))
            #expect(!(outcome.output + outcome.error).contains("canary"))
        }
    }

    @Test func `a dry run stores nothing`() async throws {
        let tool = try tool(existing: ["team-groq"])
        try await withFile(Self.text) { path in
            let outcome = await tool.run("keys", "import", path, "--dry-run", "--prefix", "team-")
            #expect(outcome.output == "WK_OPENAI_KEY (line 2): new key team-openai for openai\n")
            #expect(outcome.error.contains("there is a key 'team-groq' already; --rotate replaces it"))
            let json = await tool.run("keys", "import", path, "--dry-run", "--rotate", "--prefix", "team-", "--json").output
            #expect(
                json == #"{"keys":[{"variable":"WK_OPENAI_KEY","line":2,"provider":"openai","name":"team-openai","#
                    + #""action":"create","reason":null},{"variable":"WK_GROQ_KEY","line":5,"provider":"groq","#
                    + #""name":"team-groq","action":"rotate","reason":null},{"variable":"WK_AZURE_KEY","line":6,"#
                    + #""provider":"azure-openai","name":"team-azure-openai","action":"skip","reason":"#
                    + #""azure-openai needs more than a key: wicket keys add team-azure-openai --provider azure-openai "#
                    + #"--parts < secret.json"}]}"# + "\n")
        }
    }

    @Test func `keys that are there are replaced on demand`() async throws {
        let tool = try tool(existing: ["openai", "groq"])
        try await withFile("WK_OPENAI_KEY=canary-1\nWK_OPENAI_KEY=canary-last\nWK_GROQ_KEY=\n") { path in
            #expect(await tool.run("keys", "import", path).output.isEmpty)
            let outcome = await tool.run("keys", "import", path, "--rotate")
            #expect(outcome.output.contains("Rotated openai (p at https://h, fingerprint \(fingerprint("canary-last")))."))
            #expect(outcome.error.contains("WK_GROQ_KEY (line 3): passed by, it is empty"))
        }
    }

    @Test(arguments: [("anthropic", "https://g"), ("groq", "http://127.0.0.1:1"), ("anthropic", "http://127.0.0.1:1")])
    func `a key that is for something else is not given the provider's secret`(provider: String, url: String) async throws {
        let tool = try tool(existing: ["groq"], elsewhere: (provider, url))
        try await withFile("WK_GROQ_KEY=canary-1\n") { path in
            let outcome = await tool.run("keys", "import", path, "--rotate")
            #expect(outcome.output.isEmpty)
            #expect(outcome.error.contains("passed by, the key 'groq' that is there is for \(provider) at \(url)"))
        }
    }

    @Test func `what cannot be read is told`() async throws {
        let tool = try tool()
        #expect(await tool.run("keys", "import", "/nowhere/.env").error.contains("/nowhere/.env cannot be opened"))
        #expect(await tool.run("keys", "import", ".env", "--env").code == 2)
        let outcome = try await withFile("what is this\n") { await tool.run("keys", "import", $0) }
        #expect(outcome.error.contains("Line 1 is not understood") && outcome.error.contains("There is no provider's key"))
        #expect(await tool.run("keys", "import", "--env", "--dry-run").error.contains("no provider's key in the environment"))
    }
}
