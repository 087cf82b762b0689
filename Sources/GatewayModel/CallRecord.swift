// SPDX-License-Identifier: Apache-2.0

/// One row of the journal: who asked what of whom, how it ended, what it used. Written once, when the call has ended.
package struct CallRecord: Sendable {
    package var traceID: String
    package var spanID: String
    /// Wall clock at the start, in milliseconds since 1970.
    package var startedAtMilliseconds: Int
    package var method: String
    package var peer: PeerIdentity
    package var virtualKey: String?
    package var provider: String?
    /// The model asked for.
    package var model: String?
    /// The model that answered.
    package var responseModel: String?
    /// The path in the config of the target that answered.
    package var target: String?
    /// 200, or the failure's `data.status`.
    package var status: Int
    /// The failure's `data.type`.
    package var errorName: String?
    package var stream: Bool
    package var usage: Usage
    package var attempts: Int
    package var chunks: Int
    package var latencyMicroseconds: Int
    package var upstreamMicroseconds: Int?
    package var firstChunkMicroseconds: Int?
    package var cost: Cost
    /// `options.metadata` as raw JSON.
    package var metadata: ArraySlice<UInt8>?
    /// How the call was routed, as raw JSON (`Route.writeRecord`); only where there is more to say than one direct try.
    package var decisions: [UInt8]?
    package var cacheStatus: CacheStatus
    /// The kept answer that was served, see `CacheHit.entry`.
    package var cacheEntry: String?
    /// The caller's span that this one is part of.
    package var parentSpanID: String?
    package var spanName: String?
    /// The policy that the caller came under.
    package var policy: String?
    /// The saved config's name, or `inline`; nil where none was followed.
    package var config: String?
    /// The end user: the request's `user`, else the metadata's `_user`.
    package var user: String?
    /// Further tries of the target that answered.
    package var retries = 0
    /// Targets that were tried before the one that answered.
    package var fallbacks = 0
    /// From the start to the sending of the first try.
    package var queueMicroseconds: Int?
    /// From the sending of the try that answered to the head of its answer.
    package var firstByteMicroseconds: Int?
    package var requestBytes = 0
    /// Of the answer as the caller got it.
    package var responseBytes = 0
    /// Of the price row that the cost was worked out with.
    package var priceDigest: String?
    /// What the call would have cost without the cache; nil where it had no hit, or nobody knows.
    package var saved: NanoUSD?
    /// The tries, in the order in which they ended; empty where one try was all and the rest of the row tells all of it.
    package var tries: [AttemptReport] = []
    /// What it took to ask the cache; nil where no rule applied.
    package var cacheMicroseconds: Int?
    /// False where whoever began the trace does not keep it: then its spans are not exported either. Not in the journal.
    package var isSampled = true
    /// Scheme, host and port of the target that answered. Not in the journal.
    package var origin: String?
    /// What its tries took of budgets. They are settled in the transaction that writes the row; not part of it.
    package var settlements: [BudgetSettlement] = []

    package init(
        traceID: String, spanID: String, startedAtMilliseconds: Int, method: String, peer: PeerIdentity,
        virtualKey: String? = nil, provider: String? = nil, model: String? = nil, responseModel: String? = nil,
        target: String? = nil, status: Int = 200, errorName: String? = nil, stream: Bool = false, usage: Usage = Usage(),
        attempts: Int = 0, chunks: Int = 0, latencyMicroseconds: Int = 0, upstreamMicroseconds: Int? = nil,
        firstChunkMicroseconds: Int? = nil, cost: Cost = .unpriced, metadata: ArraySlice<UInt8>? = nil,
        decisions: [UInt8]? = nil, cacheStatus: CacheStatus = .disabled, cacheEntry: String? = nil
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.startedAtMilliseconds = startedAtMilliseconds
        self.method = method
        self.peer = peer
        self.virtualKey = virtualKey
        self.provider = provider
        self.model = model
        self.responseModel = responseModel
        self.target = target
        self.status = status
        self.errorName = errorName
        self.stream = stream
        self.usage = usage
        self.attempts = attempts
        self.chunks = chunks
        self.latencyMicroseconds = latencyMicroseconds
        self.upstreamMicroseconds = upstreamMicroseconds
        self.firstChunkMicroseconds = firstChunkMicroseconds
        self.cost = cost
        self.metadata = metadata
        self.decisions = decisions
        self.cacheStatus = cacheStatus
        self.cacheEntry = cacheEntry
    }
}
