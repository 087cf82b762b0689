// SPDX-License-Identifier: Apache-2.0
import CCurl
import CCurlShim
package import GatewayEngine
package import GatewayModel
package import Reactor

/// HTTP out over libcurl, for one reactor and on its thread alone.
///
/// There are two multi handles. One holds hosts that speak HTTP/2, or may: https hosts, with few connections each that carry many
/// requests. The other has no such cap: plain http, and https hosts that turned out to speak HTTP/1.1.
package final class CurlTransport: UpstreamTransport {
    let reactor: Reactor
    let options: CurlOptions
    let sockets: CurlSockets
    private let shared: CurlMulti
    private let uncapped: CurlMulti
    private var idle: [CurlTransfer] = []
    private var running: [CurlTransfer] = []
    private var gates: [String: HostGate] = [:]
    private var isClosed = false

    /// To be called on the reactor's thread, or before it runs. The reactor keeps the transport until `close`.
    /// - Throws: `internal_error` when libcurl cannot be started.
    package init(reactor: Reactor, options: CurlOptions) throws(GatewayFailure) {
        self.reactor = reactor
        self.options = options
        sockets = CurlSockets(reactor: reactor)
        let idle = options.idleConnections
        shared = try CurlMulti(
            reactor: reactor, sockets: sockets, connectionsPerHost: options.connectionsPerHost, idleConnections: idle)
        uncapped = try CurlMulti(reactor: reactor, sockets: sockets, connectionsPerHost: 0, idleConnections: idle)
    }

    package var statistics: UpstreamStatistics {
        UpstreamStatistics(
            connections: sockets.connectionCount, inFlight: running.count,
            waiting: gates.values.reduce(0) { $0 + $1.waitingCount })
    }

    package func open(_ request: UpstreamRequest) async throws(GatewayFailure) -> any UpstreamExchange {
        precondition(reactor.isCurrent, "a transport belongs to its reactor's thread")
        if Task.isCancelled { throw .callCancelled }
        let url = try UpstreamURL(request.url)
        guard FieldRules.isToken(request.method) else {
            throw GatewayFailure(.invalidParams, "The method of a request may hold letters only.")
        }
        let exchange = CurlExchange(try transfer())
        try exchange.transfer.prepare(request)
        begin(exchange.transfer, at: url)
        try await exchange.waitForHead()
        return exchange
    }

    /// Ends all exchanges as cancelled, closes all connections and lets go of the reactor. Nothing can be opened afterwards.
    package func close() {
        if isClosed { return }
        isClosed = true
        for gate in gates.values { for transfer in gate.open() { transfer.abort(.callCancelled) } }
        while let transfer = running.last { transfer.abort(.callCancelled) }
        idle = []
        shared.close()
        uncapped.close()
    }

    // MARK: Handles

    private func transfer() throws(GatewayFailure) -> CurlTransfer {
        if isClosed { throw GatewayFailure(.internalError, "The gateway is shutting down.") }
        if let transfer = idle.popLast() { return transfer }
        guard let easy = curl_easy_init() else { throw .curlIsFull }
        return CurlTransfer(easy: easy, transport: self)
    }

    /// Its exchange is gone.
    func recycle(_ transfer: CurlTransfer) {
        transfer.reset()
        if !isClosed, idle.count < options.idleHandles { idle.append(transfer) }
    }

    // MARK: Admission

    private func begin(_ transfer: CurlTransfer, at url: UpstreamURL) {
        guard url.isSecure else { return start(transfer, on: uncapped) }
        let gate = gate(url.origin)
        transfer.gate = gate
        transfer.stage = .waiting
        if gate.enter(transfer) { start(transfer, on: gate.isOpen ? uncapped : shared) }
    }

    private func gate(_ origin: String) -> HostGate {
        if let gate = gates[origin] { return gate }
        // Callers may name hosts of their own: what is known of idle ones is not kept for ever.
        if gates.count >= 256 { gates = gates.filter { $0.value.isBusy } }
        let gate = HostGate(origin: origin, limit: options.requestsPerHost)
        gates[origin] = gate
        return gate
    }

    private func start(_ transfer: CurlTransfer, on multi: CurlMulti) {
        transfer.index = running.count
        running.append(transfer)
        hand(transfer, to: multi)
    }

    private func hand(_ transfer: CurlTransfer, to multi: CurlMulti) {
        if transfer.start(on: multi, sharesConnection: multi === shared) { return }
        transfer.abort(.curlIsFull)
    }

    /// The transfer is over, or is to be.
    func takeOff(_ transfer: CurlTransfer) {
        switch transfer.stage {
        case .running(let multi):
            multi.remove(transfer.easy)
            // The last one takes its place.
            running[transfer.index] = running[running.count - 1]
            running[transfer.index].index = transfer.index
            running.removeLast()
            if let next = transfer.gate?.leave() { start(next, on: shared) }
        case .waiting:
            transfer.gate?.forget(transfer)
        case .idle, .ended: break
        }
    }

    /// A head has arrived: it tells which HTTP the host speaks. If it is HTTP/1.1 over TLS, those that wait for one of the few
    /// connections move to where there is no cap.
    func learn(from transfer: CurlTransfer) {
        guard let gate = transfer.gate else { return }
        var version = 0
        _ = wicket_curl_get_long(transfer.easy, CURLINFO_HTTP_VERSION, &version)
        let sharesConnections = version >= Int(CURL_HTTP_VERSION_2_0)
        if sharesConnections == !gate.isOpen { return }
        // It has changed its mind: the next request makes a new gate.
        if sharesConnections { return gates[gate.origin] = nil }
        for stuck in running where stuck.gate === gate && !stuck.hasBeenSent {
            shared.remove(stuck.easy)
            hand(stuck, to: uncapped)
        }
        for waiting in gate.open() { start(waiting, on: uncapped) }
    }
}
