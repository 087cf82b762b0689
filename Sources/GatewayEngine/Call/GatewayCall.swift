// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import GatewayPolicy
package import JSONBytes

/// What a caller asks of the gateway: an operation, its body, and how to go about it. An object: it passes through every stage.
package final class GatewayCall: Sendable {
    package let operation: Operation
    /// The caller's line, indexed; the request lies in it as it came.
    package let document: JSONDocument
    /// `params.request` in it.
    package let request: JSONNode
    package let options: CallOptions
    package let peer: PeerIdentity
    /// What the caller may use; nil for everything. The call keeps it to its end.
    package let policy: AccessPolicy?

    package init(
        operation: Operation, document: JSONDocument, request: JSONNode, options: consuming CallOptions, peer: PeerIdentity,
        policy: AccessPolicy? = nil
    ) {
        self.operation = operation
        self.document = document
        self.request = request
        self.options = options
        self.peer = peer
        self.policy = policy
    }

    /// Whether the caller wants the answer in pieces.
    package var wantsStream: Bool {
        guard let flag = document.find("stream", in: request) else { return false }
        return document.bool(flag) ?? false
    }
}

extension GatewayCall {
    /// Where models are limited, the one that was looked at must be the one that the provider reads: of two members some take the
    /// first, and some take `Model` for `model`.
    /// - Throws: `invalid_params`.
    func refuseSecondModel() throws(GatewayFailure) {
        var models = 0
        for (key, _) in document.members(of: request) {
            guard let name = document.string(key), name.utf8.count == 5, name.lowercased() == "model" else { continue }
            models += 1
            if models > 1 {
                throw .invalidParams(
                    "request.model", "request.model stands there twice, or in capitals, and models are limited here: name one.")
            }
        }
    }
}

/// Where a stream's pieces go. Confined to the reactor of the call.
package protocol ChunkSink: AnyObject {
    /// Passes the pieces of a batch on; waits while the caller reads more slowly than they come.
    func send(_ batch: borrowing ChunkBatch) async
}

/// How a call ended.
package enum CallEnd: Sendable {
    case response(UnifiedResponse)
    /// Everything was sent in pieces.
    case streamed
    case failed(GatewayFailure)
}

/// What the gateway can say about a call: the reply's `gateway` part, and most of the journal's row. One object that the call
/// fills in on its way; confined to the call's reactor.
package final class CallReport {
    package var traceID: String
    package var spanID: String
    package var provider: String?
    package var virtualKey: String?
    package var target: String?
    package var attempts: [AttemptReport] = []
    package var usage = Usage()
    /// Of all tries together. What was asked of nobody, a kept answer's call too, cost nothing.
    package var cost = Cost.priced(NanoUSD(0))
    package var responseModel: String?
    package var chunks = 0
    package var droppedParams: [String] = []
    package var warnings: [String] = []
    /// Portkey's count: further tries of the target that answered.
    package var retryAttemptCount = 0
    /// How the call was routed, as raw JSON; only where there is more to say than one direct try.
    package var decisions: [UInt8]?
    package var cacheStatus = CacheStatus.disabled
    /// With a status that is a hit.
    package var cacheHit: CacheHit?
    package var totalMicroseconds = 0
    package var upstreamMicroseconds: Int?
    package var firstChunkMicroseconds: Int?
    /// From the start to the sending of the first try.
    package var queueMicroseconds: Int?
    /// From the sending of the try that answered to the head of its answer.
    package var firstByteMicroseconds: Int?
    /// What it took to ask the cache.
    package var cacheMicroseconds: Int?
    /// Of the answer as the caller got it.
    package var responseBytes = 0
    /// Of the price row that the cost was worked out with.
    package var priceDigest: String?
    /// What the call would have cost without the cache.
    package var saved: NanoUSD?
    /// What its tries took of budgets.
    package var settlements: [BudgetSettlement] = []
    /// Of the clock that never goes back: when the call came in.
    package let startedNanoseconds: UInt64

    package init(traceID: String, spanID: String, startedNanoseconds: UInt64 = 0) {
        self.traceID = traceID
        self.spanID = spanID
        self.startedNanoseconds = startedNanoseconds
    }
}
