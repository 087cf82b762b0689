// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Testing
import WicketClient
@testable import WicketCommands

struct ChatOptionsTests {
    @Test(arguments: [
        ([], #"{"request":{"model":"local/echo","messages":[{"role":"user","content":"Hi"}]}}"#),
        (
            ["--model", "m", "--system", "Be brief", "--max-tokens", "5"],
            #"{"request":{"model":"m","messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Hi"}],"#
                + #""max_tokens":5}}"#
        ),
        (
            ["-m", "m", "-k", "key", "--metadata", "a=b=c", "--metadata", "d="],
            #"{"request":{"model":"m","messages":[{"role":"user","content":"Hi"}]},"#
                + #""options":{"virtual_key":"key","metadata":{"a":"b=c","d":""}}}"#
        ),
        (
            ["--config", #"{"targets": [1.0]}"#],
            #"{"request":{"messages":[{"role":"user","content":"Hi"}]},"options":{"config":{"targets": [1.0]}}}"#
        ),
        (
            ["--model", "m", "--provider", "openai", "--config", "resilient"],
            #"{"request":{"model":"m","messages":[{"role":"user","content":"Hi"}]},"#
                + #""options":{"provider":"openai","config":"resilient"}}"#
        ),
    ] as [([String], String)])
    func `options become the params of the call`(arguments: [String], params: String) throws {
        #expect(try ChatOptions.parse(arguments).params(prompt: "Hi").json == params)
    }

    @Test(arguments: [
        ["--virtual-key", "a", "--provider", "b", "--model", "m"], ["--max-tokens", "0"], ["--metadata", "a"],
        ["--metadata", "=b"], ["--virtual-key", "a"], ["--provider", "a"],
    ])
    func `options that cannot be meant are wrong usage`(arguments: [String]) {
        #expect(throws: (any Error).self) { try ChatOptions.parse(arguments) }
    }

    @Test(arguments: ["{", "@/nowhere/config.json", "/nowhere/config", "nowhere.json", #"{"a":1}}"#])
    func `a config that cannot be read is told before anything is sent`(config: String) throws {
        let options = try ChatOptions.parse(["--config", config])
        #expect(throws: CommandFailure.self) { try options.params(prompt: "Hi") }
    }

    @Test func `a config is read from the file that is named, by its path or behind an @`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "wicket-\(UUID().uuidString).json")
        try Data("{\n \"virtual_key\": \"a\"}\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        for config in [file.path, "@" + file.path] {
            let params = try ChatOptions.parse(["--config", config]).params(prompt: "Hi")
            #expect(params["options"]["config"].json == "{\n \"virtual_key\": \"a\"}")
        }
    }

    @Test func `a model that nobody chose is the built-in one, and known to be`() throws {
        #expect(try ChatOptions.parse([]).usesBuiltInModel)
        #expect(try !ChatOptions.parse(["--model", "m"]).usesBuiltInModel)
        #expect(try !ChatOptions.parse(["--config", "c"]).usesBuiltInModel)
    }
}
