// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Synchronization

/// The pieces of an answer as they come. Read it once.
///
/// Cancelling the task that reads, or letting go of the stream before its end, cancels the request. Pieces that are not read yet
/// are kept: the length of the answer bounds them.
public struct WicketStream: AsyncSequence, Sendable {
    /// One chunk, as the method's documentation shapes it.
    public typealias Element = WicketValue

    private let chunks: AsyncThrowingStream<WicketValue, any Error>
    private let outcome = Outcome()
    /// Keeps the connection open while the stream is read.
    private let client: WicketClient

    init(_ client: WicketClient, _ connection: Connection, _ method: String, _ params: WicketValue) throws(WicketError) {
        self.client = client
        let (chunks, continuation) = AsyncThrowingStream.makeStream(of: WicketValue.self)
        self.chunks = chunks
        let receiver = InFlight.Receiver { chunk in
            continuation.yield(chunk)
        } onEnd: { [outcome] end in
            switch end {
            case .success(let result):
                outcome.set(result)
                continuation.finish()
            case .failure(let error): continuation.finish(throwing: error)
            }
        }
        let id = try connection.start(method, params, receiver)
        continuation.onTermination = { [weak connection] reason in
            if case .cancelled = reason { connection?.cancel(id) }
        }
    }

    /// The reply that closed the stream (`{"response": null, "gateway": …}`); null before its end.
    public var result: WicketValue { outcome.value ?? nil }

    public func makeAsyncIterator() -> Iterator { Iterator(chunks: chunks.makeAsyncIterator(), outcome: outcome) }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var chunks: AsyncThrowingStream<WicketValue, any Error>.Iterator
        fileprivate let outcome: Outcome

        /// The next chunk, nil at the end.
        /// - Throws: ``WicketError``, or `CancellationError` when the task was cancelled.
        public mutating func next() async throws -> WicketValue? { try await next(isolation: #isolation) }

        /// As `next()`, for callers that say on which actor they are.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> WicketValue? {
            if let chunk = try await chunks.next(isolation: actor) { return chunk }
            // The standard library's stream ends in silence when its task is cancelled; half an answer must not look whole.
            if outcome.value == nil { throw CancellationError() }
            return nil
        }
    }

    fileprivate final class Outcome: Sendable {
        private let result = Mutex<WicketValue?>(nil)
        var value: WicketValue? { result.withLock { $0 } }
        func set(_ value: WicketValue) { result.withLock { $0 = value } }
    }
}

extension WicketValue {
    /// These params with `"stream": true` in their request.
    var streaming: WicketValue {
        guard let request = document.find("request", in: node), document.kind(request) == .object else { return self }
        var edit = JSONSplicer(document, within: node)
        edit.set("stream", to: Array("true".utf8), in: request)
        return (try? WicketValue(bytes: edit.bytes())) ?? self
    }
}
