// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer

@Suite(.timeLimit(.minutes(2)))
struct ConfigsTests {
    private let saved = #"{"name":"c","version":2,"digest":"d","warnings":["`weigth` is not known"]}"#

    @Test(arguments: [
        (["create", "c", "-"], "configs.create", #"{"name":"c","config":{ "a" : 1.0 , "a":2}}"#),
        (["update", "c", "-"], "configs.update", #"{"name":"c","config":{ "a" : 1.0 , "a":2}}"#),
        (["update", "c", "-", "--expect", "1"], "configs.update",
            #"{"name":"c","config":{ "a" : 1.0 , "a":2},"expected_version":1}"#),
    ])
    func `a config is sent as it stands, its line breaks as blanks`(
        arguments: [String], method: String, params: String
    ) async throws {
        let tool = Tool(server: try TestServer())
        let running = tool.start(["configs"] + arguments, input: "\n{ \"a\" : 1.0\n, \"a\":2}\n")
        let request = await tool.server.receive()
        #expect(request?["method"].string == method)
        #expect(request?["params"].json == params)
        tool.server.reply(request, result: saved)
        let outcome = await running.outcome()
        #expect(outcome.code == 0 && outcome.output == "Saved c as version 2.\n")
        #expect(outcome.error == "wicket: `weigth` is not known\n")
    }

    @Test func `what is no JSON object is not sent`() async throws {
        let tool = Tool(server: try TestServer())
        for input in ["", "[]", "{", "nonsense"] {
            let outcome = await tool.run("configs", "check", "-", input: input)
            #expect(outcome.code == 2 && outcome.error.contains("Standard input must be a JSON object"))
        }
        let missing = await tool.run("configs", "create", "c", "/nowhere.json")
        #expect(missing.code == 1 && missing.error.contains("/nowhere.json"))
        #expect(await tool.run("configs", "create", "a/b", "-", input: "{}").code == 2)
    }

    @Test func `showing prints the config as it was given, to be saved again`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["params"].json == #"{"name":"c","version":3}"#)
            server.reply(
                request,
                result: #"{"name":"c","version":3,"digest":"d","created_at":"2026-03-01T09:00:00Z","source":"saved","#
                    + #""problem":"It is old.","warnings":["w"],"config":{ "a":1.0}}"#)
        }
        let outcome = await tool.run("configs", "show", "c", "--version", "3")
        #expect(outcome.output == "{ \"a\":1.0}\n")
        #expect(outcome.error == "wicket: It is old.\nwicket: w\n")
    }

    @Test func `configs and versions are listed through all pages`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            let next = request["params"]["cursor"].isNull ? #""c""# : "null"
            let times = #""digest":"0123456789abcdef","created_at":"2026-03-01T09:00:00Z""#
            if request["method"].string == "configs.list" {
                let config = #"{"name":"c","version":12,\#(times),"source":"file","problem":null}"#
                server.reply(request, result: #"{"configs":[\#(config)],"next_cursor":\#(next)}"#)
            } else {
                server.reply(request, result: #"{"versions":[{"version":12,\#(times)}],"next_cursor":\#(next)}"#)
            }
        }
        let list = await tool.run("configs")
        #expect(list.output.split(separator: "\n").count == 3)
        #expect(list.output.contains("c          12  2026-03-01 09:00:00  file    0123456789ab  ok"))
        #expect(await tool.run("configs", "versions", "c").output.split(separator: "\n").count == 3)
        #expect(await tool.run("configs", "list", "--json").output.split(separator: "\n").count == 2)
    }

    @Test func `checking says good, and how many warnings`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            let warnings = request["params"]["config"]["w"].json
            server.reply(request, result: #"{"digest":"d","warnings":\#(warnings)}"#)
        }
        #expect(await tool.run("configs", "check", "-", input: #"{"w":[]}"#).output == "Good.\n")
        let warned = await tool.run("configs", "check", "-", input: #"{"w":["x","y"]}"#)
        #expect(warned.output == "Good, with 2 warnings.\n" && warned.error == "wicket: x\nwicket: y\n")
    }

    @Test func `an error says what to do with configs, not with keys`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            let isMissing = request["method"].string == "configs.get"
            let (code, type) = isMissing ? (1002, "not_found") : (1003, "conflict")
            server.reply(request, error: #"{"code":\#(code),"message":"No.","data":{"type":"\#(type)"}}"#)
        }
        let missing = await tool.run("configs", "show", "c")
        #expect(missing.code == 1 && missing.error.contains("wicket configs list") && !missing.error.contains("keys"))
        let taken = await tool.run("configs", "create", "c", "-", input: "{}")
        #expect(taken.code == 1 && taken.error.contains("wicket configs update NAME FILE"))
    }

    @Test func `removing says what was removed`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["method"].string == "configs.delete")
            server.reply(request, result: #"{"name":"c","deleted":true}"#)
        }
        #expect(await tool.run("configs", "remove", "c").output == "Removed c.\n")
    }
}
