// SPDX-License-Identifier: Apache-2.0
package import Reactor
import Synchronization

/// Gives signs of life only while everything lives: each round asks every part (each reactor, the store's writer) to answer,
/// and a sign goes out when all have. A part that is stuck starves it, and systemd ends and restarts the daemon.
package final class Watchdog: Sendable {
    /// Asks one part for an answer: it calls what it is given, once, from any thread, when it gets to it.
    package typealias Probe = @Sendable (_ answer: @escaping @Sendable () -> Void) -> Void

    private let probes: [Probe]
    private let sign: @Sendable () -> Void
    /// How many parts owe an answer to the present round.
    private let outstanding = Atomic<Int>(0)

    /// - Parameter sign: gives the sign of life (`ServiceManager.watchdog`).
    package init(probes: [Probe], sign: @escaping @Sendable () -> Void) {
        self.probes = probes
        self.sign = sign
    }

    /// Whether a reactor still runs what it is given.
    package static func probe(_ reactor: Reactor) -> Probe { { answer in reactor.perform(answer) } }

    /// Begins a round unless the last one is still unanswered. Called on one thread.
    package func beginRound() {
        guard outstanding.load(ordering: .acquiring) == 0 else { return }
        outstanding.store(probes.count, ordering: .releasing)
        for probe in probes {
            probe { [self] in
                if outstanding.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { sign() }
            }
        }
    }

    /// Begins a round now and then at every `interval`, for as long as the reactor runs. Of the reactor's thread.
    /// - Parameter nanoseconds: a third of systemd's limit, so that one slow round is no alarm.
    package func run(on reactor: Reactor, every nanoseconds: UInt64) {
        beginRound()
        _ = reactor.schedule(at: reactor.now &+ nanoseconds) { [self] in run(on: reactor, every: nanoseconds) }
    }
}
