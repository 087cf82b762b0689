// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing
import WicketProtocol

struct CacheTests {
    private static let entry = String(repeating: "4f", count: 32)

    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func purge(_ json: String) throws -> CachePurge.Params {
        let document = try JSONDocument(json)
        return try CachePurge.Params(from: document, document.root)
    }

    private func explain(_ json: String) throws -> CacheExplain.Params {
        let document = try JSONDocument(json)
        return try CacheExplain.Params(from: document, document.root)
    }

    @Test(arguments: [
        #"{"all":true}"#, #"{"namespace":"n","scope":"uid:1","provider":"openai","older_than_s":0}"#, #"{"key":"\#(entry)"}"#,
    ])
    func `a purge reads as it was written`(json: String) throws {
        #expect(text(try purge(json).write) == json)
    }

    @Test(arguments: [
        ("{}", "params.all"), (#"{"all":false}"#, "params.all"), (#"{"all":true,"scope":"host"}"#, "params.all"),
        (#"{"namespace":null}"#, "params.all"), (#"{"key":""}"#, "params.key"), (#"{"key":"\#(entry)0"}"#, "params.key"),
        (#"{"older_than_s":-1}"#, "params.older_than_s"), (#"{"older_than_s":315360001}"#, "params.older_than_s"),
        (#"{"provider":[]}"#, "params.provider"),
    ])
    func `a purge that does not say what, or says it wrongly, is refused`(json: String, path: String) {
        let error = #expect(throws: ParamsError.self) { try purge(json) }
        #expect(error?.path == path)
    }

    @Test(arguments: [
        #"{"text":"a"}"#, #"{"text":"a","model":"m","config":"c","options":{"metadata":{}}}"#,
        #"{"request":{"a":[1.0]},"config":{"b":2}}"#,
    ])
    func `a question reads as it was written`(json: String) throws {
        #expect(text(try explain(json).write) == json)
    }

    @Test func `a text is asked about as the only message of a chat`() throws {
        #expect(
            String(decoding: try explain(#"{"text":"a \"b\"","model":"m"}"#).body(), as: UTF8.self)
                == #"{"model":"m","messages":[{"role":"user","content":"a \"b\""}]}"#)
        #expect(
            String(decoding: try explain(#"{"text":""}"#).body(), as: UTF8.self)
                == #"{"messages":[{"role":"user","content":""}]}"#)
        #expect(String(decoding: try explain(#"{"request":{"x":1.0}}"#).body(), as: UTF8.self) == #"{"x":1.0}"#)
    }

    @Test(arguments: [
        ("{}", "params.text"), (#"{"model":"m"}"#, "params.text"), (#"{"text":"a","request":{}}"#, "params.text"),
        (#"{"model":"m","request":{}}"#, "params.model"), (#"{"request":"x"}"#, "params.request"),
        (#"{"text":"a","options":[]}"#, "params.options"), (#"{"text":"a","uid":1}"#, "params.uid"),
    ])
    func `a question that is none is refused`(json: String, path: String) {
        let error = #expect(throws: ParamsError.self) { try explain(json) }
        #expect(error?.path == path)
    }

    @Test func `results have the shapes of the contract`() {
        #expect(text(CachePurge.Result(purged: 3).write) == #"{"purged":3}"#)
        #expect(
            text(CacheReject.Result(entry: "4f", cacheStatus: "SEMANTIC HIT").write)
                == #"{"rejected":true,"entry":"4f","cache_status":"SEMANTIC HIT"}"#)
        let candidate = CacheExplain.Candidate(
            entry: "4f", text: "q", score: 0.5, edit: "same", needed: 0.75, veto: nil, reason: nil, isHit: false, ageSeconds: 1)
        let explanation = CacheExplain.Result(
            cacheStatus: "MISS", mode: "semantic", scope: "host", namespace: nil, target: "config", entry: "5f", bypass: "b",
            partition: nil, candidates: [candidate])
        #expect(
            text(explanation.write) == """
                {"cache_status":"MISS","mode":"semantic","scope":"host","namespace":null,"target":"config","entry":"5f",\
                "bypass":"b","partition":null,"candidates":[{"entry":"4f","text":"q","score":0.5,"edit":"same","needed":0.75,\
                "veto":null,"reason":null,"hit":false,"age_s":1}]}
                """)
    }

    @Test func `statistics write every member`() {
        let namespace = CacheStats.Namespace(
            scope: "uid:1", namespace: "n", verified: 4, refuted: 1, falseHitRate: 0.25, interval: (0.125, 0.5), maximum: 0.0625,
            isStopped: true)
        let untried = CacheStats.Namespace(
            scope: "host", namespace: nil, verified: 0, refuted: 0, falseHitRate: nil, interval: nil, maximum: 1,
            isStopped: false)
        let stats = CacheStats.Result(
            counts: [("entries", 1), ("hits", 2)], memoryBytes: 3, diskBytes: 4,
            embedder: CacheStats.Embedder(state: "ready", model: "m", instructions: "avx2", reason: nil), trouble: nil,
            namespaces: [namespace, untried], saved: CacheStats.Saved(inputTokens: 5, outputTokens: 6, nanoUSD: 7))
        #expect(
            text(stats.write) == """
                {"entries":1,"hits":2,"bytes":{"memory":3,"disk":4},\
                "embedder":{"state":"ready","model":"m","instructions":"avx2","reason":null},"trouble":null,"namespaces":[\
                {"scope":"uid:1","namespace":"n","verified":4,"refuted":1,"false_hit_rate":0.25,"interval":[0.125,0.5],\
                "max":0.0625,"stopped":true},\
                {"scope":"host","namespace":null,"verified":0,"refuted":0,"false_hit_rate":null,"interval":null,"max":1,\
                "stopped":false}],"saved":{"input_tokens":5,"output_tokens":6,"nano_usd":7}}
                """)
    }
}
