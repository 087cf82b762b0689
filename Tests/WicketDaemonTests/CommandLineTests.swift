// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import WicketDaemon

@Suite struct CommandLineTests {
    @Test func `flags take their value behind a blank or an equals sign`() throws {
        let options = try CommandLineOptions(parsing: [
            "--config", "c.yaml", "--socket=/s=1", "--state-dir", "-odd", "--check-config",
        ])
        #expect(options.configurationFile == "c.yaml")
        #expect(options.socketPath == "/s=1")
        #expect(options.stateDirectory == "-odd")
        #expect(options.adminSocketPath == nil)
        #expect(options.action == .checkConfiguration)
    }

    @Test(arguments: [
        ([], CommandLineOptions.Action.run), (["--version"], .version), (["-h"], .help), (["--help", "--check-config"], .help),
    ])
    func `what to do is said by a flag`(_ arguments: [String], _ action: CommandLineOptions.Action) throws {
        #expect(try CommandLineOptions(parsing: arguments).action == action)
    }

    @Test(arguments: [
        (["--confg", "x"], "unknown flag `--confg`; did you mean --config?"),
        (["--admin", "x"], "unknown flag `--admin`"),
        (["--what-is-this"], "unknown flag `--what-is-this`; see wicketd --help"),
        (["run"], "unexpected argument `run`; wicketd takes only flags"),
        ([""], "unexpected argument ``; wicketd takes only flags"),
        (["--socket"], "--socket needs a value: --socket PATH"),
        (["--socket="], "--socket needs a value: --socket PATH"),
        (["--socket", "--config"], "--socket needs a value: --socket PATH"),
        (["--socket", "a", "--socket", "b"], "--socket is given twice"),
        (["--version=1"], "--version takes no value"),
    ])
    func `a wrong command line is told what to write`(_ arguments: [String], _ message: String) {
        let fault = #expect(throws: UsageFault.self) { _ = try CommandLineOptions(parsing: arguments) }
        #expect(fault?.message.hasPrefix(message) == true, "\(fault?.message ?? "")")
    }
}

@Suite struct DefaultPlacesTests {
    private func places(_ environment: [String: String], user: UInt32 = 1000) -> DefaultPlaces {
        DefaultPlaces(ProcessContext(environment: environment, userID: user))
    }

    @Test func `root's daemon is the system's`() {
        let places = places(["HOME": "/root", "XDG_RUNTIME_DIR": "/run/user/0"], user: 0)
        #expect(places.isSystem)
        #expect(places.runtimeDirectory == "/run/wicket")
        #expect(places.stateDirectory == "/var/lib/wicket")
        #expect(places.configurationFile == "/etc/wicket/wicket.yaml")
    }

    @Test func `a system unit's daemon is the system's under any user, and uses the directories it was given`() throws {
        let environment = ["RUNTIME_DIRECTORY": "/run/wicket:/run/other", "STATE_DIRECTORY": "/var/lib/wicket"]
        let places = places(environment, user: 990)
        #expect(places.isSystem)
        #expect(places.runtimeDirectory == "/run/wicket")
        #expect(places.stateDirectory == "/var/lib/wicket")
        let configuration = try read(
            "", context: ProcessContext(environment: environment, userID: 990, groupID: { $0 == "wicket" ? 7 : nil }))
        #expect(configuration.socketMode == 0o660)
        #expect(configuration.socketGroupID == 7)
        #expect(configuration.socketPath == "/run/wicket/wicket.sock")
    }

    @Test func `a user unit's daemon is the user's`() {
        let places = places(["RUNTIME_DIRECTORY": "/run/user/1000/wicket", "HOME": "/home/ada"])
        #expect(!places.isSystem)
        #expect(places.runtimeDirectory == "/run/user/1000/wicket")
    }

    @Test func `a user's places follow XDG, and what is not absolute is ignored`() {
        let environment = ["HOME": "/h", "XDG_RUNTIME_DIR": "/x", "XDG_STATE_HOME": "/s", "XDG_CONFIG_HOME": "relative"]
        let places = places(environment)
        #expect(places.runtimeDirectory == "/x/wicket")
        #expect(places.stateDirectory == "/s/wicket")
        #expect(places.configurationFile == "/h/.config/wicket/wicket.yaml")
    }

    @Test func `without a session the sockets are in a directory of the user's in tmp, and it is said`() throws {
        let user = ProcessContext(environment: ["HOME": "/h"], userID: 1234)
        #expect(try read("", context: user).socketPath == "/tmp/wicket-1234/wicket.sock")
        #expect(try read("", context: user).notices == ["XDG_RUNTIME_DIR is not set, so the sockets are in /tmp/wicket-1234"])
        #expect(try read("socket: /x/s", context: user).notices.isEmpty)
    }

    @Test func `without a home the state needs a place`() {
        let nobody = ProcessContext(environment: [:], userID: 65_534)
        let failure = #expect(throws: ConfigurationFaults.self) { _ = try read("", context: nobody) }
        #expect(failure?.description.contains("say where with --state-dir") == true)
        #expect(throws: Never.self) { _ = try read("state_dir: /s", context: nobody) }
    }
}
