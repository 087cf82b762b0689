// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Testing
@testable import WicketCommands

/// Each command and what is typed to reach it.
private func commands(
    under command: any ParsableCommand.Type = WicketCommand.self, path: [String] = []
) -> [(path: [String], type: any ParsableCommand.Type)] {
    command.configuration.subcommands.flatMap { child in
        let own = path + [child.configuration.commandName ?? String(describing: child).lowercased()]
        return [(own, child)] + commands(under: child, path: own)
    }
}

struct CommandTreeTests {
    @Test func `the tree is the one that the documentation promises`() {
        #expect(
            commands().map { $0.path.joined(separator: " ") }
                == [
                    "chat", "keys", "keys add", "keys import", "keys list", "keys rotate", "keys remove", "vault",
                    "vault status", "vault unlock", "vault rotate-master", "configs", "configs create", "configs list",
                    "configs show", "configs update", "configs versions", "configs remove", "configs check",
                    "policy", "policy list", "policy show", "policy create", "policy update", "policy delete", "policy test",
                    "cache", "cache stats", "cache explain", "cache reject", "cache purge",
                    "budgets", "budgets list", "budgets show", "budgets reset",
                    "targets", "targets list", "targets reset", "targets trip", "models", "logs", "usage", "top", "export",
                    "feedback", "why", "traces", "metrics", "audit", "audit list", "audit verify", "status", "doctor", "whoami",
                    "call",
                ])
    }

    @Test func `each command says what it does, shows an example that parses, and takes --json and the sockets`() throws {
        for (path, type) in commands() {
            let name = path.joined(separator: " ")
            #expect(type.configuration.abstract.hasSuffix("."), "\(name)")
            let examples = type.configuration.discussion.split(separator: "\n").map { $0.drop { $0 == " " } }
                .compactMap { line in line.range(of: "wicket \(name)").map { line[$0.lowerBound...] } }
            #expect(!examples.isEmpty, "\(name) has no example")
            for example in examples {
                #expect(throws: Never.self, "\(example)") { try WicketCommand.parseAsRoot(words(String(example))) }
            }
            let help = WicketCommand.helpMessage(for: type)
            for option in ["--json", "--socket", "--admin-socket"] { #expect(help.contains(option), "\(name) \(option)") }
        }
    }

    @Test func `what every command takes may stand before its name as well`() throws {
        for arguments in [["--json", "--socket", "/s", "status"], ["status", "--json", "--socket", "/s"]] {
            let status = try #require(try WicketCommand.parseAsRoot(arguments) as? Status)
            #expect(status.global.json)
            #expect(status.global.socket == "/s")
        }
    }

    /// Splits an example as a shell would, up to a pipe or a redirection.
    private func words(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in line {
            if character == quote { quote = nil } else if quote != nil { word = (word ?? "") + [character] }
            else if character == "'" || character == "\"" { quote = character; word = word ?? "" }
            else if character == " " { if let finished = word { words.append(finished) }; word = nil }
            else if character == "|" || character == "<" || character == ">" { break }
            else { word = (word ?? "") + [character] }
        }
        return Array((words + (word.map { [$0] } ?? [])).dropFirst())
    }
}
