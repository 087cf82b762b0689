// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer
@testable import WicketCommands

@Suite(.timeLimit(.minutes(2)))
struct CacheTests {
    private let plain = Style(isOn: false)
    private let stats = """
        {"entries":12,"hits":5,"semantic_hits":3,"misses":2,"semantic_misses":1,"coalesced":4,"refreshes":0,"stored":14,\
        "vectors":7,"bytes":{"memory":1536,"disk":2097152},"embedder":{"state":"missing","model":null,"instructions":null,\
        "reason":"No weights."},"trouble":"The disk is full.","namespaces":[{"scope":"uid:1000","namespace":"faq",\
        "verified":400,"refuted":1,"false_hit_rate":0.0025,"interval":[0.0001,0.0138],"max":0.01,"stopped":true}],\
        "saved":{"input_tokens":30,"output_tokens":12,"nano_usd":2740000000}}
        """

    @Test func `the statistics are tables, and what is wrong is said`() throws {
        let lines = CacheReport(try WicketValue(json: stats)).lines(width: nil, style: plain)
        #expect(
            lines == [
                "                 COUNT",
                "answers kept        12  7 of them by meaning",
                "exact hits           5  2 misses",
                "semantic hits        3  1 misses",
                "coalesced            4  calls that another one's answer was enough for",
                "refreshed            0  calls that asked for a new answer",
                "stored              14  since the start",
                "in memory      1.5 KiB  -",
                "on disk        2.0 MiB  -",
                "tokens saved        42  $2.74 by the price table",
                "",
                "embedder missing: No weights.",
                "disk The disk is full.",
                "",
                "SCOPE     NAMESPACE  VERIFIED  FALSE    RATE              95 %  BOUND  STATE",
                "uid:1000  faq             400      1  0.25 %  0.01 % to 1.38 %    1 %  stopped",
            ])
        let failing = CacheReport(["embedding_failures": 3]).lines(width: nil, style: plain)
        #expect(failing.last == "vectors providers gave none 3 times: those questions were looked up as they are")
        // A daemon of another version may say less.
        #expect(CacheReport([:]).lines(width: 40, style: plain).last == "embedder off")
    }

    @Test func `an explanation shows what is near and why it is no hit`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["method"].string == "cache.explain")
            #expect(
                request["params"].json == #"{"text":"in 2024?","model":"m","config":{"cache":true},"options":"#
                    + #"{"virtual_key":"k","cache_namespace":"n"}}"#)
            server.reply(
                request,
                result: """
                    {"cache_status":"SEMANTIC MISS","mode":"semantic","scope":"uid:1","namespace":"n","target":"config",\
                    "entry":"4f","bypass":null,"partition":"3 questions","candidates":[\
                    {"entry":"5f","text":"in 2023?","score":0.97,"edit":"substitution","needed":0.99,"veto":"numbers",\
                    "reason":"2024 is not 2023","hit":false,"age_s":60},\
                    {"entry":"6f","text":"when?","score":0.5,"edit":"restructured","needed":0.88,"veto":null,"reason":null,\
                    "hit":false,"age_s":5},\
                    {"entry":"7f","text":"in 2024","score":0.99,"edit":"same","needed":0.85,"veto":null,"reason":null,\
                    "hit":true,"age_s":0}]}
                    """)
        }
        let arguments = ["-m", "m", "-k", "k", "--namespace", "n", "--config", #"{"cache":true}"#]
        let outcome = await tool.start(["cache", "explain", "in 2024?"] + arguments).outcome()
        #expect(
            outcome.output == """
                SEMANTIC MISS  mode semantic of config, scope uid:1, namespace n
                Compared with 3 questions

                SCORE  NEEDED  EDIT          VERDICT                           AGE  QUESTION
                 0.97    0.99  substitution  veto (numbers: 2024 is not 2023)  1 min  in 2023?
                 0.50    0.88  restructured  too far                             5 s  when?
                 0.99    0.85  same          hit                                 0 s  in 2024

                """.replacing("  AGE  QUESTION", with: "    AGE  QUESTION"))
        #expect(outcome.code == 0)
    }

    @Test func `a config's name goes along as a text, and a bypass is told`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["params"].json == #"{"text":"now?","config":"faq"}"#)
            server.reply(
                request,
                result: """
                    {"cache_status":"MISS","mode":"semantic","scope":"host","namespace":null,"target":null,"entry":null,\
                    "bypass":"it speaks of now","partition":null,"candidates":[]}
                    """)
        }
        let outcome = await tool.run("cache", "explain", "now?", "--config", "faq")
        #expect(outcome.output == "MISS  mode semantic, scope host\nNothing was compared: it speaks of now\n")
    }

    @Test(arguments: [
        (["--yes"], #"{"all":true}"#),
        (["--namespace", "n", "--older-than", "60"], #"{"namespace":"n","older_than_s":60}"#),
        (["--scope", "host", "--provider", "openai"], #"{"scope":"host","provider":"openai"}"#),
    ])
    func `a purge removes what was said`(arguments: [String], params: String) async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["params"].json == params)
            server.reply(request, result: #"{"purged":1}"#)
        }
        let outcome = await tool.start(["cache", "purge"] + arguments).outcome()
        #expect(outcome.output == "Removed 1 answer.\n" && outcome.code == 0)
    }

    @Test func `nothing is purged unasked where nobody can be asked`() async throws {
        let tool = Tool(server: try TestServer())
        let outcome = await tool.run("cache", "purge")
        #expect(outcome.code == 2 && outcome.output.isEmpty && outcome.error.contains("--yes"))
    }

    @Test func `a wrong answer is rejected by its trace`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["params"].json == #"{"trace_id":"t"}"#)
            server.reply(request, result: #"{"rejected":true,"entry":"4f","cache_status":"SEMANTIC HIT"}"#)
        }
        let outcome = await tool.run("cache", "reject", "t")
        #expect(outcome.output == "Removed the answer of that SEMANTIC HIT, and counted it as false.\n")
    }

    @Test(arguments: [
        ("HIT", "the same request had been answered before"), ("SEMANTIC HIT", "a request that means the same"),
        ("COALESCED", "an identical request that was in flight"), ("MISS", "The answer came from openai"),
    ])
    func `a call's story says where the answer came from`(status: String, words: String) {
        let call: WicketValue = ["cache_status": .init(status), "provider": "openai", "error": nil]
        let lines = CallStory(["call": call, "decisions": nil]).lines(style: plain)
        #expect(lines.last?.contains(words) == true, "\(lines)")
        #expect(lines.contains("  No target had to be asked.") == status.hasSuffix("HIT"))
    }
}
