// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer

@Suite(.timeLimit(.minutes(2)))
struct VaultTests {
    private func status(
        _ state: String, waitsFor: String = "null", reason: String = "null", source: String = "none",
        memory: String = "memfd_secret"
    ) -> String {
        #"{"state":"\#(state)","reason":\#(reason),"waits_for":\#(waitsFor),"virtual_keys":3,"readable_keys":2,"#
            + #""unreadable_keys":1,"format":2,"memory":"\#(memory)","#
            + #""master_key":{"source":"\#(source)","id":"ab12","path":null}}"#
    }

    @Test func `the state is told in sentences, and a locked vault says what it needs`() async throws {
        let (outcome, _) = try await run([status("unlocked", source: "passphrase")], ["vault"], input: "")
        #expect(
            outcome.output == """
                The vault is unlocked; its master key ab12 is a passphrase.
                2 virtual keys can be opened.
                1 cannot; `wicket keys list --json` tells why.

                """)
        let (swapped, _) = try await run([status("unlocked", source: "file", memory: "unlocked")], ["vault"], input: "")
        #expect(swapped.output.hasSuffix("Keys may reach the swap: raise the limit on locked memory.\n"))
        let (locked, _) = try await run([status("locked", reason: #""The vault is locked: do this.""#)], ["vault"], input: "")
        #expect(locked.output == "The vault is locked: do this.\n")
    }

    /// The calls of a command, each answered by the next of `replies`.
    private func run(_ replies: [String], _ arguments: [String], input: String) async throws -> (Tool.Outcome, [WicketValue]) {
        let tool = Tool(server: try TestServer())
        let running = tool.start(arguments, input: input)
        var requests: [WicketValue] = []
        for reply in replies {
            guard let request = await tool.server.receive() else { break }
            requests.append(request)
            tool.server.reply(request, result: reply)
        }
        return (await running.outcome(), requests)
    }

    @Test func `a passphrase is sent as it stands on standard input, but for the line's end, and is not shown`() async throws {
        let locked = status("locked", waitsFor: #""passphrase""#, reason: #""r""#)
        for (input, sent) in [(" two  words \n", " two  words "), ("secret\r\n", "secret"), ("no end", "no end")] {
            let (outcome, requests) = try await run(
                [locked, status("unlocked", source: "passphrase")], ["vault", "unlock", "--stdin"], input: input)
            #expect(requests.map { $0["method"].string } == ["vault.status", "vault.unlock"])
            #expect(requests.last?["params"]["passphrase"].string == sent)
            #expect(outcome.code == 0 && !(outcome.output + outcome.error).contains(sent))
        }
    }

    @Test func `a vault that waits for no passphrase is not asked for one, and none is sent empty`() async throws {
        let (outcome, requests) = try await run(
            [status("locked", waitsFor: #""master_key""#, reason: #""r""#), status("unlocked", source: "file")],
            ["vault", "unlock", "--json"], input: "not read")
        #expect(outcome.code == 0 && requests.last?["params"].json == "{}")
        let (refused, sent) = try await run(
            [status("locked", waitsFor: #""passphrase""#, reason: #""r""#)], ["vault", "unlock", "--stdin"], input: "\n")
        #expect(refused.code == 1 && refused.error.contains("No passphrase was given") && sent.count == 1)
    }

    @Test func `a rotation asks for a passphrase where the new master key is one`() async throws {
        let (file, passphrase) = (status("unlocked", source: "file"), status("unlocked", source: "passphrase"))
        let (_, plain) = try await run([file, file], ["vault", "rotate-master"], input: "")
        #expect(plain.last?["params"].json == "{}")
        let (_, moved) = try await run(
            [file, passphrase], ["vault", "rotate-master", "--to", "passphrase"], input: "a long one\n")
        #expect(moved.last?["params"].json == #"{"to":"passphrase","passphrase":"a long one"}"#)
        let (outcome, same) = try await run([passphrase, passphrase], ["vault", "rotate-master"], input: "a long one")
        #expect(same.last?["params"].json == #"{"passphrase":"a long one"}"#)
        #expect(outcome.output.hasPrefix("The master key was rotated.\n"))
    }

    @Test func `a passphrase is never an argument`() async throws {
        let tool = Tool(server: try TestServer())
        #expect(await tool.run("vault", "unlock", "secret words").code == 2)
        #expect(await tool.run("vault", "rotate-master", "--to", "credential").code == 2)
    }
}
