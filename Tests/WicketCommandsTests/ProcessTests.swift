// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer

@Suite(.timeLimit(.minutes(2)))
struct ProcessTests {
    private let answer =
        #"{"response":{"choices":[{"message":{"content":"An answer"}}]},"gateway":{"dropped_params":["top_k"]}}"#

    @Test func `a whole answer is its text on standard output and nothing else`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { [answer] request, server in server.reply(request, result: answer) }
        let outcome = await tool.run("chat", "--model", "m", "Hi")
        #expect(outcome.code == 0)
        #expect(outcome.output == "An answer\n")
        #expect(outcome.error == "wicket: the provider cannot take top_k: left out\n")
        #expect(await tool.run("chat", "--model", "m", "Hi", "--json").output == answer + "\n")
    }

    @Test func `a streamed answer is its pieces; as JSON a line each and the closing reply`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            for text in ["One", " two", ""] { server.chunk(request, #"{"choices":[{"delta":{"content":"\#(text)"}}]}"#) }
            server.reply(request, result: #"{"response":null,"gateway":{}}"#)
        }
        #expect(await tool.run("chat", "--model", "m", "--stream", "Hi").output == "One two\n")
        let lines = await tool.run("chat", "--model", "m", "--stream", "--json", "Hi").output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.last == #"{"response":null,"gateway":{}}"#)
    }

    @Test func `the prompt comes from standard input where it is asked for, or where there is none`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            let prompt = request["params"]["request"]["messages"][0]["content"].json
            server.reply(request, result: #"{"response":{"choices":[{"message":{"content":\#(prompt)}}]},"gateway":{}}"#)
        }
        #expect(await tool.run("chat", "-m", "m", input: "from a pipe").output == "from a pipe\n")
        #expect(await tool.run("chat", "-m", "m", "Review:", "-", input: "a diff").output == "Review: a diff\n")
        #expect(await tool.run("chat", "-m", "m", "no", "input", input: "unread").output == "no input\n")
        #expect(await tool.run("chat", "-m", "m", input: " \n").code == 2)
    }

    @Test func `an error in mid-stream keeps what came, stands on a line of its own, and ends with 1`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            server.chunk(request, #"{"choices":[{"delta":{"content":"Half"}}]}"#)
            server.reply(request, error: #"{"code":1303,"message":"It broke.","data":{"type":"upstream_unreachable"}}"#)
        }
        let outcome = await tool.run("chat", "-m", "m", "--stream", "Hi")
        #expect(outcome.code == 1)
        #expect(outcome.output == "Half\n")
        #expect(outcome.error.hasPrefix("wicket: It broke. (upstream_unreachable)\n        Check the network"))
    }

    @Test func `with --json errors are JSON too`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            server.reply(request, error: #"{"code":1001,"message":"no","data":{"type":"permission_denied","status":403}}"#)
        }
        let refused = await tool.run("call", "vault.status", "--json")
        #expect(refused.code == 1)
        let error = try WicketValue(json: refused.error)["error"]
        #expect(error["type"].string == "permission_denied")
        #expect(error["code"].int == 1001)
        #expect(error["status"].int == 403)
        #expect(error["advice"].string?.isEmpty == false)
        let usage = await tool.run("chat", "--json", "--nonsense")
        #expect(usage.code == 2)
        #expect(try WicketValue(json: usage.error)["error"]["type"].string == "usage")
    }

    @Test(arguments: [
        ["nonsense"], ["chat", "--nonsense"], ["chat", "--max-tokens", "0", "x"], ["keys", "rotate"], ["keys", "add"],
        ["call", "system.ping", "{"], ["call", "system.ping", "[]"], ["logs", "--limit", "0"],
        ["status", "--socket", "http://localhost"], ["status", "--socket", "/" + String(repeating: "x", count: 107)],
    ])
    func `wrong usage ends with 2 and says so`(arguments: [String]) async throws {
        let outcome = await Tool(server: try TestServer()).start(arguments).outcome()
        #expect(outcome.code == 2)
        #expect(!outcome.error.isEmpty)
        #expect(outcome.output.isEmpty)
    }

    @Test func `help and version end with 0`() async throws {
        let tool = Tool(server: try TestServer())
        let all = [
            ["--help"], ["--version"], ["keys", "add", "--help"], ["help", "chat"], ["--generate-completion-script", "bash"],
        ]
        for arguments in all {
            let outcome = await tool.start(arguments).outcome()
            #expect(outcome.code == 0 && outcome.error.isEmpty && !outcome.output.isEmpty, "\(arguments)")
        }
    }

    @Test func `no daemon there ends with 69 and says how to start it`() async throws {
        let outcome = await Tool(server: try TestServer()).run("status", "--socket", TestServer.freshPath())
        #expect(outcome.code == 69)
        #expect(outcome.error.contains("systemctl --user start wicket"))
        #expect(outcome.error.split(separator: "\n").count == 2)
    }

    @Test func `an interrupt cancels the request and ends with 130`() async throws {
        let tool = Tool(server: try TestServer())
        let running = tool.start(["chat", "-m", "m", "Hi"])
        let request = await tool.server.receive()
        kill(running.process.processIdentifier, SIGINT)
        #expect(await running.outcome().code == 130)
        let cancel = await tool.server.receive()
        #expect(cancel?["method"].string == "$/cancelRequest")
        #expect(cancel?["params"]["id"].int == request?["id"].int)
    }

    @Test func `output that cannot be written is a failure`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { [answer] request, server in server.reply(request, result: answer) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        let script = "exec \"$0\" chat -m m Hi --socket \"$1\" > /dev/full 2>/dev/null"
        process.arguments = ["-c", script, Tool.executable.path, tool.server.path]
        try process.run()
        let code = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                process.waitUntilExit()
                continuation.resume(returning: process.terminationStatus)
            }
        }
        #expect(code == 1)
    }
}
