// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import Testing

@testable import WicketDaemon

@Suite struct ConfigEntriesTests {
    @Test func `a config may be written as YAML or as JSON text, and is kept as JSON`() throws {
        let configs = try read(
            """
            configs:
              yaml:
                strategy: {mode: loadbalance}
                targets:
                - {virtual_key: "a", weight: 0.70}
                - {virtual_key: b}
              text: '{ "virtual_key" : "c" }'
            """
        ).configs
        #expect(configs.map(\.row.name) == ["yaml", "text"])
        #expect(
            configs.map { String(decoding: $0.row.json, as: UTF8.self) } == [
                #"{"strategy":{"mode":"loadbalance"},"targets":[{"virtual_key":"a","weight":0.70},{"virtual_key":"b"}]}"#,
                #"{ "virtual_key" : "c" }"#,
            ])
        #expect(configs.allSatisfy { $0.isFromFile && $0.problem == nil && $0.row.version == 1 })
        // As `sha256sum` says it.
        #expect(configs[1].row.digest == "418809e2fb7f7967072541a15094f5b50e992de92ee7f674c5b9d263158dc399")
        #expect(try read("configs:").configs.isEmpty)
    }

    @Test(arguments: [
        ("configs: [a]", "w.yaml:1:10: `configs` must be a mapping, not a list"),
        ("configs: {a/b: {}}", "w.yaml:1:11: `configs` has the name `a/b`, but names are"),
        ("configs: {a: 1}", "w.yaml:1:14: `configs` has `a` as `1`: a config is a mapping, or JSON text"),
        ("configs: {a: [1]}", "has `a` as a list"),
        ("configs:\n  a: '{'", "w.yaml:2:6: `configs` has `a`, which is wrong at `configs.a`"),
        ("configs:\n  a: {strategy: {mode: x}, targets: [{virtual_key: k}]}", "which is wrong at `configs.a.strategy.mode`"),
        (
            "configs: {a: {provider: openai, api_key: sk-1234567890}}",
            "which is wrong at `configs.a.api_key`: A saved config holds no key"
        ),
    ])
    func `a wrong config is told with its place`(_ yaml: String, _ message: String) {
        let found = faults(yaml)
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
        #expect(!found.joined().contains("1234567890"))
    }

    @Test func `all wrong configs are told at once`() {
        #expect(faults("configs: {a: 1, b: {virtual_key: k}, c: 2}").count == 2)
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `a digest is SHA-256 in hexadecimal`(text: String, digest: String) {
        #expect(configDigest(Array(text.utf8)) == digest)
    }
}
