// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Routing

/// The limits on a stream that count chunks, not bytes: a provider that sends comments has said nothing. It cancels the exchange
/// when one has passed, and says so in `expiry`.
final class StreamWatchdog {
    private let firstChunkMilliseconds: Int?
    private let idleMilliseconds: Int?
    private let timers: GatewayTimers
    private let clock: GatewayClock
    private var exchange: (any UpstreamExchange)?
    private var stopTimer: (() -> Void)?
    /// The limit that ended the stream.
    private(set) var expiry: GatewayFailure?

    /// nil where the target has no such limit.
    init?(_ rule: TimeoutRule, timers: GatewayTimers, clock: GatewayClock) {
        if rule.firstChunkMilliseconds == nil, rule.idleMilliseconds == nil { return nil }
        firstChunkMilliseconds = rule.firstChunkMilliseconds
        idleMilliseconds = rule.idleMilliseconds
        self.timers = timers
        self.clock = clock
    }

    /// The head has come; `sent` is when the request went out.
    func awaitFirstChunk(of exchange: any UpstreamExchange, sent: UInt64) {
        self.exchange = exchange
        guard let limit = firstChunkMilliseconds else { return }
        arm(until: sent &+ nanoseconds(limit), "No chunk came within first_chunk_timeout, \(limit) ms.")
    }

    func awaitNextChunk() {
        guard let limit = idleMilliseconds else { return }
        let due = clock.monotonicNanoseconds() &+ nanoseconds(limit)
        arm(until: due, "The stream was silent for longer than idle_timeout, \(limit) ms.")
    }

    func pause() {
        stopTimer?()
        stopTimer = nil
    }

    func stop() {
        pause()
        exchange = nil
    }

    private func arm(until due: UInt64, _ message: String) {
        pause()
        let now = clock.monotonicNanoseconds()
        stopTimer = timers.after(due > now ? due - now : 0) { [self] in
            expiry = GatewayFailure(.upstreamTimeout, message)
            exchange?.cancel()
        }
    }

    private func nanoseconds(_ milliseconds: Int) -> UInt64 { UInt64(milliseconds) * 1_000_000 }
}
