// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import SimulationKit

/// The way out to the simulated providers; one for each engine, as a reactor has its own.
final class SimulatedTransport: UpstreamTransport {
    private unowned let world: World

    init(world: World) { self.world = world }

    func open(_ request: UpstreamRequest) async throws(GatewayFailure) -> any UpstreamExchange {
        // The real one refuses a call that was cancelled; the engine should not even ask.
        let exchange = SimulatedExchange(try world.begin(request))
        exchange.head = try await exchange.transfer.awaitHead()
        return exchange
    }
}

private final class SimulatedExchange: UpstreamExchange {
    let transfer: Transfer
    var head = HTTPHead(status: 0, fields: [])

    init(_ transfer: Transfer) { self.transfer = transfer }
    deinit { transfer.cancel() }

    func read(into buffer: inout [UInt8]) async throws(GatewayFailure) -> Bool { try await transfer.read(into: &buffer) }

    func collect(limit: Int) async throws(GatewayFailure) -> [UInt8] {
        var body: [UInt8] = []
        var piece: [UInt8] = []
        while try await transfer.read(into: &piece) { body += piece }
        return body
    }

    func cancel() { transfer.cancel() }
}

/// What the world reads in a request to know whose it is.
struct RequestMark {
    var call: Int
    /// The leaf of the config, or -1 without a config.
    var leaf: Int
    var model: String
    var stream: Bool

    init?(_ body: ArraySlice<UInt8>) {
        guard let document = try? JSONDocument(Array(body)), let user = document.find("user", in: document.root),
            let call = document.string(user).flatMap({ Int($0) }),
            let model = document.find("model", in: document.root).flatMap({ document.string($0) })
        else { return nil }
        self.call = call
        self.model = model
        leaf = document.find("seed", in: document.root).flatMap { document.int($0) } ?? -1
        stream = document.find("stream", in: document.root).flatMap { document.bool($0) } ?? false
    }
}
