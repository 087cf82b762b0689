// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
package import Reactor

/// A signal that means something to the daemon.
package enum Signal: Sendable, CaseIterable {
    /// SIGTERM: drain and stop.
    case terminate
    /// SIGINT: the same, from a terminal.
    case interrupt
    /// SIGHUP: reload.
    case hangUp

    init?(number: Int32) {
        switch number {
        case SIGTERM: self = .terminate
        case SIGINT: self = .interrupt
        case SIGHUP: self = .hangUp
        default: return nil
        }
    }
}

/// Delivers signals as events of a reactor, by a descriptor: no code runs in a signal handler. Of the reactor's thread.
package final class Signals: ReadinessHandler {
    private let descriptor: Int32
    private let reactor: Reactor
    private let handler: (Signal) -> Void
    private var registration: Registration?

    /// Holds SIGTERM, SIGINT and SIGHUP back until a `Signals` takes them, and ignores SIGPIPE (a client that hung up is an
    /// error of one write). First thing in `main`: threads inherit it, and a signal that comes before the reactor runs waits
    /// instead of killing.
    package static func block() { wicket_block_signals() }

    /// Starts to deliver; `block` must have been called.
    package init(on reactor: Reactor, handler: @escaping (Signal) -> Void) throws(ReactorError) {
        self.reactor = reactor
        self.handler = handler
        // Where there is no descriptor left, registering -1 fails, and says so.
        descriptor = wicket_signal_descriptor()
        registration = try reactor.register(descriptor, .readable, self)
    }

    /// Stops to deliver; signals are held back from then on.
    package func cancel() {
        guard let registration else { return }
        reactor.unregister(registration)
        self.registration = nil
    }

    package func descriptorReady(_ readiness: Readiness) {
        while let signal = nextSignal() { handler(signal) }
    }

    private func nextSignal() -> Signal? {
        let number = wicket_next_signal(descriptor)
        return number == 0 ? nil : Signal(number: number)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
