// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import WicketDaemon

@Suite struct ConfigurationFaultTests {
    @Test(arguments: [
        ("sokcet: /x", "w.yaml:1:1: `sokcet` is not a key; did you mean `socket`?"),
        ("limits:\n  line_byte: 1", "w.yaml:2:3: `limits.line_byte` is not a key; did you mean `limits.line_bytes`?"),
        ("timeout: {}", "w.yaml:1:1: `timeout` is not a key; did you mean `timeouts`?"),
        ("level: debug", "w.yaml:1:1: `level` is not a key; did you mean `log.level`?"),
        ("<<: {}", "w.yaml:1:1: `<<` is not a key; known here: admin_socket, budgets, ca_file, cache, configs,"),
        ("providers: {a: {base_ulr: x}}", "w.yaml:1:17: `providers` `a`: `base_ulr` is not a key; did you mean `base_url`?"),
        ("providers: {a: {parameters: {rename: {}}}}", "`parameters.rename` is not a key; did you mean `parameters.renames`?"),
        (
            "defaults: {api_key: sk-1234567890}",
            "w.yaml:1:12: `defaults.api_key` is not a key; provider keys live in the vault: `wicket keys add`"
        ),
    ])
    func `an unknown key is an error that names the nearest known one`(_ yaml: String, _ message: String) {
        let found = faults(yaml)
        #expect(found.count == 1)
        #expect(found[0].contains(message))
        #expect(!found[0].contains("1234567890"))
    }

    @Test(arguments: [
        ("reactors: 0", "w.yaml:1:11: `reactors` must be a whole number, 1 to 64, not `0`"),
        ("reactors: 65", "not `65`"),
        ("reactors: 1.5", "not `1.5`"),
        ("reactors: '2'", "not `2`"),
        ("reactors: 1_0", "not `1_0`"),
        ("reactors: 99999999999999999999", "not `99999999999999999999`"),
        ("reactors: [1]", "not a list"),
        ("reactors: {a: 1}", "not a mapping"),
        ("reactors:", "not nothing"),
        ("limits: {line_bytes: 10}", "w.yaml:1:22: `limits.line_bytes` must be a whole number, 1024 to 1073741824, not `10`"),
        ("limits: 3", "w.yaml:1:9: `limits` must be a mapping of keys to values, not `3`"),
        ("log: {level: loud}", "`log.level` must be one of debug, info, notice, warning, error, critical, not `loud`"),
        ("socket: run/s", "`socket` must be an absolute path, not `run/s`"),
        ("socket: ~", "`socket` must be an absolute path, not nothing"),
        ("socket_mode: 660x", "`socket_mode` must be octal permissions such as 0660, not `660x`"),
        ("socket_mode: 0888", "not `0888`"),
        ("socket_mode: 0066", "must let the daemon's own user read and write"),
        ("socket_group: nobody-here", "names the group `nobody-here`, which this machine does not have"),
        ("defaults: {debug: yes}", "`defaults.debug` must be true or false, not `yes`"),
        ("defaults: {config: [a]}", "`defaults.config` must be a name or a config, not a list"),
        ("defaults: {metadata: {a: [1]}}", "`defaults.metadata` must be text, not a list"),
        ("defaults: {custom_host: http://example.com}", "Plain http is for loopback addresses only"),
        ("otlp: {endpoint: http://example.com}", "Plain http is for loopback addresses only"),
        ("otlp: {headers: {Authorization: x}}", "has `Authorization`, which carries a key; keys live in the vault"),
        ("otlp: {signals: [spans]}", "`otlp.signals` has `spans`, which is none of traces, metrics, logs"),
        ("otlp: {interval_ms: 1}", "a whole number, 100 to 3600000, not `1`"),
        ("- a", "w.yaml:1:1: this must be a mapping of keys to values, not a list"),
        ("text", "not `text`"),
    ])
    func `a wrong value is told with its place and what would be right`(_ yaml: String, _ message: String) {
        let found = faults(yaml)
        #expect(found.count == 1)
        #expect(found.first?.contains(message) == true, "\(found)")
    }

    @Test(arguments: [
        ("a: *b", "aliases (`*name`) are not taken"),
        ("a: &x [1]\nb: *x", "w.yaml:2:4: aliases"),
        ("reactors: !!int 3", "w.yaml:1:11: tags (`!name`) are not taken"),
        ("reactors: 1\n---\nreactors: 2", "w.yaml:2:1: a second document begins here"),
        ("reactors: 1\nreactors: 2", "w.yaml:2:1: `reactors` is here a second time; it was set in line 1"),
        ("reactors: [1", "not valid YAML"),
        ("reactors: 1\n\tlog: x", "not valid YAML"),
        ("? [a]\n: b", "a key must be a name"),
        (String(repeating: "[", count: 40), "nested deeper than 32 levels"),
        ("a: [" + String(repeating: "1,", count: 30_000) + "]", "more than 20000 values"),
        ("a: " + String(repeating: "x", count: 1 << 20), "larger than 1048576 bytes"),
    ])
    func `what is not YAML of the kind we take is refused`(_ yaml: String, _ message: String) {
        #expect(faults(yaml).contains { $0.contains(message) }, "\(faults(yaml))")
    }

    @Test func `bad UTF-8 is refused with its place`() {
        let failure = #expect(throws: ConfigurationFaults.self) {
            _ = try Configuration.read(
                Array("socket: /a".utf8) + [0xFF], file: "w.yaml", options: CommandLineOptions(), context: testUser, catalog: [])
        }
        #expect(failure?.description.contains("at byte 10") == true)
    }

    @Test func `all faults are told, not only the first`() {
        let found = faults(
            """
            sokcet: /x
            reactors: 0
            limits:
              line_bytes: many
              connection: 3
            providers:
              a: {base_url: "ftp://x", dialect: klingon}
              b: {}
            reactors: 1
            """)
        #expect(found.count == 8, "\(found)")
    }

    @Test func `no cut of a valid file crashes the reader`() throws {
        let page = try String(
            contentsOf: packageRoot.appending(path: "Sources/WicketDaemon/Documentation.docc/Configuration.md"), encoding: .utf8)
        let example = Array(page.utf8)
        for end in stride(from: 0, to: example.count, by: 7) {
            for start in [0, end / 2] {
                _ = try? Configuration.read(
                    Array(example[start..<end]), file: nil, options: CommandLineOptions(), context: testUser, catalog: testCatalog
                )
            }
        }
    }
}
