// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Reactor

/// One exchange in its caller's hands. When the last reference goes, whatever is still under way is cancelled and the handle goes
/// back to the pool.
final class CurlExchange: UpstreamExchange {
    let transfer: CurlTransfer

    init(_ transfer: CurlTransfer) { self.transfer = transfer }

    deinit {
        let (transfer, reactor) = (transfer, transfer.transport.reactor)
        if reactor.isCurrent {
            transfer.transport.recycle(transfer)
        } else {
            reactor.perform { transfer.transport.recycle(transfer) }
        }
    }

    var head: HTTPHead { transfer.head.head }
    var status: Int { transfer.head.status }
    func value(_ name: String) -> String? { transfer.head.value(name) }

    func waitForHead() async throws(GatewayFailure) {
        while !transfer.head.isComplete {
            if let failure = transfer.failure { throw failure }
            await transfer.wait(for: .head)
        }
        // Both may have come in one turn; what arrived before the end can be read first.
        if let failure = transfer.failure, failure.code == .cancelled { throw failure }
        transfer.transport.learn(from: transfer)
    }

    func read(into buffer: inout [UInt8]) async throws(GatewayFailure) -> Bool {
        buffer.removeAll(keepingCapacity: true)
        if Task.isCancelled { cancel() }
        while true {
            if let failure = transfer.failure, failure.code == .cancelled { throw failure }
            if !transfer.received.isEmpty {
                swap(&buffer, &transfer.received)
                transfer.resume()
                return true
            }
            if let failure = transfer.failure { throw failure }
            if transfer.isOver { return false }
            await transfer.wait(for: .bytes)
        }
    }

    func collect(limit: Int) async throws(GatewayFailure) -> [UInt8] {
        if Task.isCancelled { cancel() }
        transfer.collect(limit: limit)
        while !transfer.isOver { await transfer.wait(for: .end) }
        if let failure = transfer.failure { throw failure }
        // It may have ended before it was said to be collected.
        if transfer.received.count > limit { throw .bodyTooLarge(transfer.authority, limit: limit) }
        var body: [UInt8] = []
        swap(&body, &transfer.received)
        return body
    }

    func cancel() { transfer.abort(.callCancelled) }
}
