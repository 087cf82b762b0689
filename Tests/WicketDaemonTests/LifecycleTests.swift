// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import WicketDaemon

@Suite struct LifecycleTests {
    @Test func `systemd hears of the start, of a reload and of the end, in order`() throws {
        let directory = try TemporaryDirectory()
        let notify = try NotifySocket(in: directory)
        let probe = try Probe(environment: ["NOTIFY_SOCKET": notify.path])
        #expect(notify.next() == ["READY=1", "STATUS=Ready"])
        probe.signal(SIGHUP)
        let reloading = try #require(notify.next())
        #expect(reloading.first == "RELOADING=1")
        let instant = try #require(reloading.first { $0.hasPrefix("MONOTONIC_USEC=") }.flatMap { UInt64($0.dropFirst(15)) })
        #expect(instant > 0)
        #expect(notify.next() == ["READY=1", "STATUS=Ready again"])
        probe.signal(SIGTERM)
        // A line break in a status is not another assignment.
        #expect(notify.next() == ["STOPPING=1", "STATUS=Draining READY=1"])
        let (output, status) = probe.end()
        #expect(status == 0)
        #expect(output.contains("watchdog=none\nno sockets\nstopped\n"))
    }

    @Test func `without a service manager nothing is sent and nothing fails`() throws {
        let probe = try Probe()
        // Signals are held back before the first line is said, so one may come at any time after that.
        probe.waitForOutput()
        probe.signal(SIGTERM)
        #expect(probe.end().status == 0)
    }

    @Test func `signs of life come until a part stops answering`() throws {
        let directory = try TemporaryDirectory()
        let notify = try NotifySocket(in: directory)
        let probe = try Probe(environment: ["NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "60000"])
        // The first sign may come before READY: both are sent once the loop runs.
        let messages = (0..<6).compactMap { _ in notify.next() }
        #expect(messages.filter { $0 == ["WATCHDOG=1"] }.count == 5)
        probe.signal(SIGINT)
        probe.signal(SIGHUP)
        while let message = notify.next(), message != ["READY=1", "STATUS=Ready again"] {}
        // At most the answer that was under way; then silence, for many intervals, until the end.
        usleep(300_000)
        probe.signal(SIGTERM)
        var signs = 0
        while let message = notify.next(), message.first != "STOPPING=1" { signs += 1 }
        #expect(signs <= 1)
        #expect(probe.end().output.contains("watchdog=60000\n"))
    }

    @Test func `the process can't be traced or dumped, and may open what it is allowed to`() throws {
        let directory = try TemporaryDirectory()
        let notify = try NotifySocket(in: directory)
        let probe = try Probe(environment: ["NOTIFY_SOCKET": notify.path])
        #expect(notify.next() != nil)
        let limits = try String(contentsOfFile: "/proc/\(probe.process.processIdentifier)/limits", encoding: .utf8).split(
            separator: "\n")
        let core = try #require(limits.first { $0.hasPrefix("Max core file size") }).split(separator: " ")
        #expect(core[4] == "0" && core[5] == "0")
        let files = try #require(limits.first { $0.hasPrefix("Max open files") }).split(separator: " ")
        #expect(files[3] == files[4])
        probe.signal(SIGTERM)
        #expect(probe.end().output.hasPrefix("undumpable=true core_forbidden=true descriptors=\(files[4])\n"))
    }

    @Test func `sockets that are announced to another process end the start with the reason`() throws {
        let directory = try TemporaryDirectory()
        let notify = try NotifySocket(in: directory)
        let probe = try Probe(environment: ["LISTEN_FDS": "2", "LISTEN_PID": "1", "NOTIFY_SOCKET": notify.path])
        let (output, status) = probe.end()
        #expect(status == 78)
        #expect(output.contains("LISTEN_FDS=2 announces sockets, but for process 1 and not for this one"))
        #expect(notify.next()?.first == "ERRNO=22")
    }
}

private let activator = "/usr/bin/systemd-socket-activate"

/// Skipped where systemd's own tool for it is not installed (package systemd).
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: activator), "systemd-socket-activate is not installed"))
struct SocketActivationTests {
    @Test func `sockets are taken by their names, whatever their order`() throws {
        let directory = try TemporaryDirectory()
        let (first, second) = (directory.path + "/1", directory.path + "/2")
        let probe = try Probe(wrapper: [activator, "-l", first, "-l", second, "--fdname=admin:use"])
        #expect(greeting(from: second) == "use\n")
        #expect(greeting(from: first) == "admin\n")
        #expect(greeting(from: second) == "use\n")
        probe.signal(SIGTERM)
        let (output, status) = probe.end()
        #expect(status == 0)
        #expect(output.contains("use=4 admin=3\n"))
    }

    @Test(arguments: [
        (["--fdname=main"], "a socket was passed as `main`; name it with FileDescriptorName=use"),
        ([], "a socket was passed as `unknown`"),
        (["--datagram", "--fdname=use"], "the socket that was passed as `use` is not a listening Unix stream socket"),
    ])
    func `a socket that can't be served ends the start with the reason`(_ flags: [String], _ reason: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/s"
        let probe = try Probe(wrapper: [activator, "-l", path] + flags)
        if flags.contains("--datagram") { poke(path) } else { _ = greeting(from: path) }
        let (output, status) = probe.end()
        #expect(status == 78)
        #expect(output.contains(reason))
    }

    @Test func `two sockets of one name end the start`() throws {
        let directory = try TemporaryDirectory()
        let probe = try Probe(wrapper: [activator, "-l", directory.path + "/1", "-l", directory.path + "/2", "--fdname=use:use"])
        _ = greeting(from: directory.path + "/1")
        let (output, status) = probe.end()
        #expect(status == 78)
        #expect(output.contains("two sockets were passed as `use`"))
    }
}
