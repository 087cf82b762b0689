// SPDX-License-Identifier: Apache-2.0
// A process for the lifecycle's tests: does what `wicketd` does around its work, and no work. What it finds goes to standard
// output.
import Glibc
import Reactor
import WicketDaemon

func say(_ text: String) { _ = (text + "\n").withCString { write(1, $0, strlen($0)) } }

func monotonicNanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}

/// Answers each connection with the listener's name.
final class Greeter: ReadinessHandler {
    let listener: Int32
    let name: String
    init(_ listener: Int32, _ name: String) {
        self.listener = listener
        self.name = name
    }
    func descriptorReady(_ readiness: Readiness) {
        // The second accept finds nobody: it returns at once only if the listener does not block.
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            _ = "\(name)\n".withCString { write(connection, $0, strlen($0)) }
            close(connection)
        }
    }
}

let outcome = ProcessHardening.apply()
Signals.block()
say("undumpable=\(outcome.isUndumpable) core_forbidden=\(outcome.coreFilesForbidden) descriptors=\(outcome.descriptorLimit)")

let manager = ServiceManager()
say("watchdog=\(manager.watchdogMicroseconds.map(String.init) ?? "none")")

let reactor = try Reactor(clock: monotonicNanoseconds)
do throws(ActivationFault) {
    if let sockets = try ActivatedSockets.take() {
        say("use=\(sockets.use ?? -1) admin=\(sockets.admin ?? -1)")
        if let use = sockets.use { _ = try? reactor.register(use, .readable, Greeter(use, "use")) }
        if let admin = sockets.admin { _ = try? reactor.register(admin, .readable, Greeter(admin, "admin")) }
    } else {
        say("no sockets")
    }
} catch {
    manager.failed(errno: EINVAL, status: error.message)
    say(error.message)
    exit(ExitCode.configuration)
}

// A part that can be told to stop answering (SIGINT), to see that the watchdog then falls silent.
nonisolated(unsafe) var isStuck = false
let signals = try Signals(on: reactor) { signal in
    switch signal {
    case .terminate:
        manager.stopping(status: "Draining\nREADY=1")
        reactor.stop()
    case .interrupt: isStuck = true
    case .hangUp:
        manager.reloading(monotonicMicroseconds: reactor.now / 1000, status: "Reloading")
        manager.ready(status: "Ready again")
    }
}
if let limit = manager.watchdogMicroseconds {
    let probes: [Watchdog.Probe] = [Watchdog.probe(reactor), { answer in if !isStuck { answer() } }]
    Watchdog(probes: probes, sign: { manager.watchdog() }).run(on: reactor, every: limit * 1000 / 3)
}
manager.ready(status: "Ready")
reactor.run()
signals.cancel()
say("stopped")
