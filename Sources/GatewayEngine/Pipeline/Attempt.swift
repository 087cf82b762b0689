// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// One try at one target. Used once, in two steps: `begin` brings the answer or its first chunk, and up to there another target
/// may still take its place; `relay` passes the rest of a stream on.
///
/// Objects, so that the tasks' frames stay small: what a frame cannot hold is allocated anew for each request.
protocol Attempt: AnyObject {
    var target: Target { get }
    /// Whether the provider may have heard of it, on behalf of this call: it is in the report then, and its usage is billed.
    var wasSent: Bool { get }
    /// Whether the target's health does not count it: the answer is from the cache, or of another call's try, which counts.
    var isShared: Bool { get }
    /// The provider's HTTP status, or 0 while there is none.
    var status: Int { get }
    /// To the answer, or to its first chunk; nil before.
    var latencyNanoseconds: UInt64? { get }
    /// To the head of the provider's answer; nil before, and where it answered another call.
    var firstByteNanoseconds: UInt64? { get }
    /// Of the clock that never goes back.
    var began: UInt64 { get }
    var elapsedNanoseconds: UInt64 { get }
    /// Chunks that the caller has been given.
    var chunks: Int { get }
    /// The bytes of those.
    var chunkBytes: Int { get }
    /// As the provider said.
    var usage: Usage { get }
    /// What came of a stream whose provider did not say all that it used; nil where it did, or nothing came.
    var unreported: StreamMeasure? { get }
    var responseModel: String? { get }
    var droppedParams: [String] { get }
    /// What it holds of budgets and rates, and whoever accounts for it settles; nil where nothing limits it.
    var reservation: Int? { get }
    /// Whether it failed before a byte of it reached the provider.
    var reachedNobody: Bool { get }
    /// nil where no rule applied.
    var cacheNote: CacheNote? { get }
    /// What it took to ask the cache; nil where none was asked, or another call asked it.
    var cacheLookupNanoseconds: UInt64? { get }

    /// Waits for an answer that can be given to the caller.
    func begin() async throws(GatewayFailure) -> AttemptAnswer
    /// Passes the stream on as it comes, from the first chunk.
    func relay(_ sink: any ChunkSink) async throws(GatewayFailure)
    /// Ends it where it is: the caller has gone, or another try was faster.
    func stop()
}

/// What `begin` came to.
enum AttemptAnswer {
    case whole(UnifiedResponse)
    /// The first chunks are there, and not sent yet.
    case stream
}

/// What the cache was to a try.
struct CacheNote {
    var status: CacheStatus
    /// The kept answer that it was served with.
    var hit: CacheHit?
    /// What that one had used when it came.
    var used: Usage?
}
