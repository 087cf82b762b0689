// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer

@Suite(.timeLimit(.minutes(2)))
struct KeysTests {
    private let key = #"{"name":"openai","provider":"openai","base_url":"https://h/v1","models":null,"fingerprint":"3f9a5c1e"}"#

    @Test func `a key is read from standard input, without the line break of its file`() async throws {
        let tool = Tool(server: try TestServer())
        async let outcome = tool.run("keys", "add", "--provider", "openai", "--models", "gpt-*", input: "  sk-canary\r\n")
        let request = await tool.server.receive()
        #expect(request?["method"].string == "virtual_keys.create")
        #expect(
            request?["params"].json
                == #"{"name":"openai","provider":"openai","secret":{"api_key":"sk-canary"},"models":["gpt-*"]}"#)
        tool.server.reply(request, result: key)
        #expect(await outcome.code == 0)
        #expect(await outcome.output == "Added openai (openai at https://h/v1, fingerprint 3f9a5c1e).\n")
        #expect(await outcome.error.isEmpty)
    }

    @Test func `a key typed at the prompt is not shown`() async throws {
        let tool = Tool(server: try TestServer())
        let (master, slave) = pseudoTerminal()
        let running = tool.start(["keys", "rotate", "openai", "--grace", "5"], terminal: FileHandle(fileDescriptor: slave))
        await running.waitForError("New key for openai: ")
        #expect(write(master, "sk-canary\n", 10) == 10)
        let request = await tool.server.receive()
        #expect(request?["params"].json == #"{"name":"openai","secret":{"api_key":"sk-canary"},"grace_s":5}"#)
        tool.server.reply(request, result: key)
        let outcome = await running.outcome()
        #expect(outcome.code == 0)
        #expect(!outcome.output.contains("canary") && !outcome.error.contains("canary"))
        // What the terminal echoed would be waiting here; and its echo is on again.
        var echoed = [UInt8](repeating: 0, count: 256)
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        let count = read(master, &echoed, echoed.count)
        #expect(!String(decoding: echoed[..<max(0, count)], as: UTF8.self).contains("canary"))
        var settings = termios()
        #expect(tcgetattr(slave, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0)
        close(master)
        close(slave)
    }

    @Test func `no key is told, and nothing is sent`() async throws {
        let tool = Tool(server: try TestServer())
        for input in ["", " \n", String(repeating: "x", count: 20_000)] {
            let outcome = await tool.run("keys", "add", "--provider", "openai", input: input)
            #expect(outcome.code == 1)
            #expect(outcome.error.hasPrefix("wicket: "))
            // The connection ended without a request.
            #expect(await tool.server.receive() == nil)
        }
    }

    @Test func `a list goes through all pages`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { [key] request, server in
            let isFirst = request["params"]["cursor"].isNull
            server.reply(request, result: #"{"virtual_keys":[\#(key)],"next_cursor":\#(isFirst ? #""c""# : "null")}"#)
        }
        let outcome = await tool.run("keys", "list")
        #expect(outcome.output.split(separator: "\n").count == 3)
        #expect(outcome.output.contains("openai  openai    all     https://h/v1  3f9a5c1e"))
        #expect(await tool.run("keys", "--json").output.split(separator: "\n").count == 2)
    }

    @Test func `removing says what was removed`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["method"].string == "virtual_keys.delete")
            server.reply(request, result: #"{"name":"openai","deleted":true}"#)
        }
        #expect(await tool.run("keys", "remove", "openai").output == "Removed openai.\n")
    }
}

/// Both ends of a new terminal. The two requests are Linux's TIOCSPTLCK and TIOCGPTN, whose macros Swift does not import.
private func pseudoTerminal() -> (master: Int32, slave: Int32) {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var locked: Int32 = 0
    var number: Int32 = 0
    #expect(ioctl(master, 0x4004_5431, &locked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
    return (master, open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC))
}
