// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing
import WicketProtocol

struct ResultTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func `a journal row writes every member, null where it has no value`() {
        let peer = ProcessDescription(pid: 1, uid: 2, gid: 3)
        let row = LogRow(
            id: "7", traceID: "t", spanID: "s", startedAt: "2026-03-01T09:00:00.120Z", method: "m", peer: peer, status: 499)
        #expect(
            text(row.write) == """
                {"id":"7","trace_id":"t","span_id":"s","started_at":"2026-03-01T09:00:00.120Z","method":"m",\
                "peer":{"pid":1,"uid":2,"gid":3,"executable":null,"unit":null},"virtual_key":null,"provider":null,"model":null,\
                "response_model":null,"target":null,"status":499,"error":null,"stream":false,"usage":null,"attempts":0,\
                "chunks":0,"latency_ms":{"total":0,"upstream":null},"cost":{"nano_usd":null,"status":"unpriced"},"metadata":null,\
                "cache_status":"DISABLED","cache_entry":null,"parent_span_id":null,"span_name":null,"policy":null,"config":null,\
                "user":null,"retry_attempt_count":0,"fallbacks":0,"bytes":{"request":0,"response":0},"price_digest":null,\
                "saved_nano_usd":null}
                """)
    }

    @Test func `a journal row writes what it has`() throws {
        let peer = ProcessDescription(pid: 1, uid: 2, gid: 3)
        var row = LogRow(id: "7", traceID: "t", spanID: "s", startedAt: "x", method: "m", peer: peer, status: 200)
        row.usage = Array(#"{"input_tokens":3}"#.utf8)
        row.metadata = Array(#"{"k":"v"}"#.utf8)
        row.latencyMilliseconds = 812.4
        row.upstreamMilliseconds = 811.9
        row.firstChunkMilliseconds = 1.5
        row.costNanoUSD = 12
        row.costStatus = "priced"
        row.cacheStatus = "HIT"
        row.cacheEntry = "4f"
        let json = text(LogsList.Result(logs: [row], nextCursor: "c").write)
        #expect(json.contains(#""usage":{"input_tokens":3}"#))
        #expect(json.contains(#""latency_ms":{"total":812.4,"upstream":811.9,"first_chunk":1.5}"#))
        #expect(
            json.contains(
                #""cost":{"nano_usd":12,"status":"priced"},"metadata":{"k":"v"},"cache_status":"HIT","cache_entry":"4f","#))
        #expect(json.hasSuffix(#"}],"next_cursor":"c"}"#))
        _ = try JSONDocument(json)
    }

    @Test func `a virtual key has every member and no secret`() {
        let key = VirtualKeyDescription(
            name: "a", provider: "p", baseURL: "https://h/v1", fingerprint: "3f9a5c1e", createdAt: "c", updatedAt: "u")
        #expect(
            text(VirtualKeysList.Result(virtualKeys: [key], nextCursor: nil).write) == """
                {"virtual_keys":[{"name":"a","provider":"p","base_url":"https://h/v1","models":null,"expires_at":null,\
                "rate_limits":[],"usage_limits":[],"note":"","fingerprint":"3f9a5c1e","version":1,\
                "created_at":"c","updated_at":"u","grace_until":null,"last_used_at":null,\
                "secret_parts":{},"owner":null,"unreadable":null}],"next_cursor":null}
                """)
    }

    @Test func `health is the worst of its checks, and draining above all`() {
        let checks = [SystemHealth.Check(name: "a", status: .ok), .init(name: "b", status: .warn, message: "do")]
        #expect(SystemHealth.Result(checks: []).status == "ok")
        #expect(SystemHealth.Result(checks: checks).status == "warn")
        #expect(SystemHealth.Result(checks: checks + [.init(name: "c", status: .fail)]).status == "fail")
        #expect(SystemHealth.Result(checks: checks, draining: true).status == "draining")
        #expect(
            text(SystemHealth.Result(checks: checks).write)
                == #"{"status":"warn","checks":[{"name":"a","status":"ok","message":null},"#
                + #"{"name":"b","status":"warn","message":"do"}]}"#)
    }

    @Test func `the daemon's description has the shape that clients read`() {
        let info = SystemInfo.Result(
            pid: 1, uid: 2, startedAt: "s", uptimeMilliseconds: 3, useSocket: "/u", adminSocket: "/a", reactors: 2,
            vaultIsUnlocked: true, providers: 31,
            embedder: CacheStats.Embedder(state: "missing", model: nil, instructions: nil, reason: "why"))
        #expect(
            text(info.write) == """
                {"name":"wicketd","version":"\(WicketVersion.release)","protocol":1,"pid":1,"uid":2,"started_at":"s",\
                "uptime_ms":3,"sockets":{"use":"/u","admin":"/a"},"reactors":2,"vault":{"state":"unlocked"},"providers":31,\
                "embedder":{"state":"missing","model":null,"instructions":null,"reason":"why"}}
                """)
    }

    @Test func `the small results have the shapes of the contract`() {
        #expect(text(SystemDrain.Result(inFlight: 3).write) == #"{"draining":true,"in_flight":3}"#)
        let reloaded = SystemReload.Result(configFile: nil, needsRestart: ["x"])
        #expect(text(reloaded.write) == #"{"config_file":null,"needs_restart":["x"]}"#)
        #expect(text(SessionConfigure.Result(defaults: ["a"]).write) == #"{"defaults":["a"]}"#)
        #expect(text(VirtualKeysDelete.Result(name: "a").write) == #"{"name":"a","deleted":true}"#)
        let locked = VaultStatus.Result(
            lockedReason: "r", waitsFor: .newPassphrase, virtualKeys: 1, readableKeys: 0, format: 2, masterKeySource: nil,
            masterKeyID: nil, masterKeyPath: nil, memory: "mlock")
        #expect(
            text(locked.write)
                == #"{"state":"locked","reason":"r","waits_for":"new_passphrase","virtual_keys":1,"readable_keys":0,"#
                + #""unreadable_keys":0,"format":2,"master_key":{"source":"none","id":null,"path":null},"memory":"mlock"}"#)
    }

    @Test func `a config is described, returned and listed in the shapes of the contract`() {
        let config = ConfigDescription(name: "a", version: 2, digest: "d", createdAt: "t", problem: "p")
        let members = #""name":"a","version":2,"digest":"d","created_at":"t","source":"saved","problem":"p""#
        #expect(
            text(ConfigsList.Result(configs: [config], nextCursor: nil).write)
                == #"{"configs":[{\#(members)}],"next_cursor":null}"#)
        #expect(
            text(ConfigsGet.Result(config, warnings: ["w"], config: Array(#"{ "x":1.0}"#.utf8)).write)
                == #"{\#(members),"warnings":["w"],"config":{ "x":1.0}}"#)
        let fromFile = ConfigDescription(name: "a", version: 1, digest: "d", createdAt: "t", isFromFile: true)
        #expect(text(fromFile.write).contains(#""source":"file","problem":null"#))
        #expect(
            text(ConfigsCreate.Result(name: "a", version: 1, digest: "d", warnings: []).write)
                == #"{"name":"a","version":1,"digest":"d","warnings":[]}"#)
        #expect(text(ConfigsCheck.Result(digest: "d", warnings: ["w"]).write) == #"{"digest":"d","warnings":["w"]}"#)
        let version = ConfigsVersionsList.Version(version: 1, digest: "d", createdAt: "t")
        #expect(
            text(ConfigsVersionsList.Result(versions: [version], nextCursor: "1").write)
                == #"{"versions":[{"version":1,"digest":"d","created_at":"t"}],"next_cursor":"1"}"#)
    }

    @Test func `a target writes every member, null where it has no value`() {
        var target = TargetDescription(id: "p/k/m", provider: "p", virtualKey: nil, model: "m", state: .closed)
        #expect(
            text(TargetsList.Result(targets: [target]).write) == """
                {"targets":[{"id":"p/k/m","provider":"p","virtual_key":null,"model":"m","state":"closed","failures":0,\
                "open_until":null,"latency_ms":{"ewma":null},"in_flight":0,"requests":0,"key_rejected":false}]}
                """)
        target.state = .halfOpen
        target.latencyMilliseconds = 1.5
        target.isKeyRejected = true
        #expect(text(target.write).contains(#""state":"half_open""#))
        #expect(text(target.write).contains(#""latency_ms":{"ewma":1.5},"in_flight":0,"requests":0,"key_rejected":true}"#))
    }

    @Test func `a budget writes every member, null where it has no value`() {
        var budget = BudgetDescription(
            id: "budget/b/usd/daily", unit: "usd", period: "daily", amount: 5, spent: 3, reserved: 1, alertAt: [0.5])
        #expect(
            text(BudgetsList.Result(budgets: [budget]).write) == """
                {"budgets":[{"id":"budget/b/usd/daily","name":null,"scope":null,"virtual_key":null,"value":null,"unit":"usd",\
                "period":"daily","amount":5,"spent":3,"reserved":1,"left":1,"window_start":null,"window_end":null,\
                "alert_at":[0.5]}]}
                """)
        budget.spent = 9
        budget.windowEnd = "t"
        #expect(text(budget.write).contains(#""left":0,"window_start":null,"window_end":"t""#))
    }

    @Test func `an explanation is the row and what was decided`() {
        let row = LogRow(
            id: "7", traceID: "t", spanID: "s", startedAt: "x", method: "m", peer: ProcessDescription(pid: 1, uid: 2, gid: 3),
            status: 200)
        let result = RequestsExplain.Result(requests: [
            .init(call: row, decisions: nil), .init(call: row, decisions: Array(#"{"tries":2}"#.utf8)),
        ])
        #expect(text(result.write).hasPrefix(#"{"requests":[{"call":{"id":"7","#))
        #expect(text(result.write).contains(#","decisions":null},{"call""#))
        #expect(text(result.write).hasSuffix(#","decisions":{"tries":2}}]}"#))
    }
}
