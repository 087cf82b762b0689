// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import Observability
import ProviderAdapters
import Testing

@testable import WicketDaemon

@Suite struct ConfigurationTests {
    @Test(arguments: ["", "# nothing but a comment\n", "limits:\n  # line_bytes: 1\nproviders:\n"])
    func `a file that says nothing leaves the defaults of a user's daemon`(_ yaml: String) throws {
        let configuration = try read(yaml)
        #expect(configuration.socketPath == "/run/user/1000/wicket/wicket.sock")
        #expect(configuration.adminSocketPath == "/run/user/1000/wicket/admin/admin.sock")
        #expect(configuration.stateDirectory == "/home/ada/.local/state/wicket")
        #expect(configuration.socketMode == 0o600)
        #expect(configuration.socketGroupID == nil)
        #expect(configuration.reactors == 2)
        #expect(configuration.logLevel == .info)
        #expect(configuration.limits == Configuration.Limits())
        #expect(configuration.drainSeconds == 30)
        #expect(configuration.providers.isEmpty)
        #expect(String(decoding: configuration.defaults.json, as: UTF8.self) == "{}")
        #expect(configuration.notices.isEmpty)
    }

    @Test func `every key reaches its place`() throws {
        let configuration = try read(
            """
            socket: /s/use.sock
            admin_socket: /s/admin/a.sock
            socket_mode: "0660"
            socket_group: wicket
            state_dir: /state
            reactors: 7
            log: {level: debug}
            drain_seconds: 5
            ca_file: /ca.pem
            limits: {line_bytes: 2048, max_in_flight: 3, unsent_bytes: 5000, stuck_seconds: 6, connections: 8}
            timeouts: {connect_ms: 1, first_byte_ms: 2, total_ms: 3}
            cache: {memory_bytes: 0, disk_bytes: 11, semantic_bytes: 12, workers: 13}
            embedder_file: /e.wkt
            otlp:
              endpoint: https://collector.example.com/otlp
              headers: {x-tenant: blue}
              virtual_key: collector
              signals: [traces, logs]
              interval_ms: 101
              timeout_ms: 102
              queue: 103
            """)
        #expect(configuration.socketPath == "/s/use.sock")
        #expect(configuration.adminSocketPath == "/s/admin/a.sock")
        #expect(configuration.socketMode == 0o660)
        #expect(configuration.socketGroupID == 990)
        #expect(configuration.stateDirectory == "/state")
        #expect(configuration.reactors == 7)
        #expect(configuration.logLevel == .debug)
        #expect(configuration.drainSeconds == 5)
        #expect(configuration.certificateFile == "/ca.pem")
        #expect(configuration.embedderFile == "/e.wkt")
        let export = configuration.export
        #expect(export.endpoint == "https://collector.example.com/otlp" && export.virtualKey == "collector")
        #expect(export.headers == [HTTPField("x-tenant", "blue")] && export.signals == [.traces, .logs])
        #expect(export.intervalMilliseconds == 101 && export.timeoutMilliseconds == 102 && export.queueLimit == 103)
        let cache = configuration.cache
        #expect(cache.memoryBytes == 0 && cache.diskBytes == 11 && cache.semanticBytes == 12 && cache.workers == 13)
        let limits = configuration.limits
        #expect(limits.lineBytes == 2048 && limits.maxInFlight == 3 && limits.unsentBytes == 5000)
        #expect(limits.stuckSeconds == 6 && limits.connections == 8)
        let timeouts = configuration.timeouts
        #expect(timeouts.connectMilliseconds == 1 && timeouts.firstByteMilliseconds == 2 && timeouts.totalMilliseconds == 3)
    }

    @Test func `default options come out as the options of a request`() throws {
        let configuration = try read(
            """
            defaults:
              virtual_key: 123
              provider: no
              config: {retry: {attempts: 3}, weights: [0.5, -1e3, 007, "8"], on: true, off: null, text: plain text}
              metadata: {env: production, build: 7}
              request_timeout: 1000
              forward_headers: {x-a: b}
              strict_open_ai_compliance: false
            """)
        let expected =
            #"{"virtual_key":"123","provider":"no","config":{"retry":{"attempts":3},"weights":[0.5,-1e3,"007","8"],"on":true,"#
            + #""off":null,"text":"plain text"},"metadata":{"env":"production","build":"7"},"request_timeout":1000,"#
            + #""forward_headers":{"x-a":"b"},"strict_open_ai_compliance":false}"#
        #expect(String(decoding: configuration.defaults.json, as: UTF8.self) == expected)
        #expect(String(decoding: try read("defaults: {config: 12}").defaults.json, as: UTF8.self) == #"{"config":"12"}"#)
    }

    @Test func `flags go before the file`() throws {
        let yaml = "socket: /file/s\nadmin_socket: /file/admin/a\nstate_dir: /file/state\n"
        let configuration = try read(yaml, flags: ["--socket", "/flag/s", "--admin-socket=flag/a", "--state-dir", "/flag/state"])
        #expect(configuration.socketPath == "/flag/s")
        #expect(configuration.adminSocketPath == "flag/a")
        #expect(configuration.stateDirectory == "/flag/state")
        // Without one of its own, the admin socket is beside the use socket.
        #expect(try read("", flags: ["--socket", "/x/s"]).adminSocketPath == "/x/admin/admin.sock")
        #expect(try read("", flags: ["--socket", "s"]).adminSocketPath == "./admin/admin.sock")
    }

    @Test func `a file that is named must be there, the default one need not`() throws {
        let options = try CommandLineOptions(parsing: ["--config", "/nonexistent/w.yaml"])
        let failure = #expect(throws: ConfigurationFaults.self) {
            _ = try Configuration.load(options, context: testUser, catalog: testCatalog)
        }
        #expect(failure?.description == "/nonexistent/w.yaml: can't be read: No such file or directory")
        #expect(try Configuration.load(CommandLineOptions(), context: testUser, catalog: testCatalog).file == nil)
        let directory = try TemporaryDirectory()
        var user = testUser
        user.environment["CONFIGURATION_DIRECTORY"] = directory.path
        try "reactors: 3\n".write(toFile: directory.path + "/wicket.yaml", atomically: false, encoding: .utf8)
        let found = try Configuration.load(CommandLineOptions(), context: user, catalog: testCatalog)
        #expect(found.reactors == 3)
        #expect(found.file == directory.path + "/wicket.yaml")
    }

    @Test func `a reload knows what it can't take over`() throws {
        let old = try read("reactors: 2")
        #expect(try read("reactors: 2\nlog: {level: debug}\ndrain_seconds: 1").keysNeedingRestart(since: old) == [])
        let changed = try read("reactors: 3\nsocket: /x/s\nstate_dir: /s\nsocket_mode: 0660\nsocket_group: wicket")
        #expect(
            changed.keysNeedingRestart(since: old)
                == ["socket", "admin_socket", "socket_mode", "socket_group", "state_dir", "reactors"])
        #expect(
            try read("cache: {workers: 3}\nembedder_file: /e").keysNeedingRestart(since: old) == ["cache", "embedder_file"])
    }

    @Test func `paths that a socket can't have are refused`() {
        let long = "/" + String(repeating: "x", count: 107)
        #expect(faults("socket: \(long)").first?.contains("has 108 bytes, and a Unix socket's can't have more than 107") == true)
        #expect(faults("socket: \(long.dropLast(6))\nadmin_socket: /a/a").isEmpty)
        #expect(faults("socket: /x/s\nadmin_socket: /x/s") == ["w.yaml: `socket` and `admin_socket` are the same path: /x/s"])
    }

    @Test func `a use socket for others in the admin socket's directory is worth a notice`() throws {
        #expect(try read("socket: /x/s\nadmin_socket: /x/a").notices.isEmpty)
        #expect(try read("socket: /x/s\nadmin_socket: /x/a\nsocket_mode: 0660").notices.count == 1)
    }
}
