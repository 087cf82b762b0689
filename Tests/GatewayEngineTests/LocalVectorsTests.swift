// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Synchronization
import Testing

@testable import GatewayEngine

/// The provider `local` as the pipeline's transport sees it, where it is asked for vectors.
struct LocalVectorsTests {
    private func ask(
        _ vectors: LocalVectors?, _ body: String, timeouts: UpstreamTimeouts = UpstreamTimeouts(), clock: GatewayClock = testClock
    ) async throws -> (status: Int, body: JSONDocument) {
        let transport = LocalTransport(clock: clock, sleep: { _ in }, vectors: vectors)
        let request = UpstreamRequest(
            url: BaseURL.inProcess.text + "/embeddings", fields: [], body: bytes(body)[...], timeouts: timeouts)
        let exchange = try await transport.open(request)
        return (exchange.status, try JSONDocument(try await exchange.collect(limit: .max)))
    }

    private let three = #"{"model":"local/all-minilm-l6-v2","input":["a","bb","ccc"]}"#

    @Test func `each text has its vector, in order, and the pieces that were read are counted`() async throws {
        let (status, answer) = try await ask(LocalVectors(CountingEmbedder(), absence: "", work: Inline()), three)
        #expect(status == 200)
        let data = try #require(answer.find("data", in: answer.root))
        let made = answer.elements(of: data).map { answer.find("embedding", in: $0).map { Array(answer.raw($0)) } }
        #expect(made == [bytes("[1.0,0.5]"), bytes("[2.0,0.5]"), bytes("[3.0,0.5]")])
        let tokens = answer.find(path: "usage", "total_tokens", in: answer.root).flatMap(answer.int)
        // All that a text is read of, and no more.
        #expect(tokens == 3 * 7)
    }

    @Test func `a fault of the request is told before the model is missed`() async throws {
        let missing = LocalVectors(nil, absence: "There is no file.", work: Inline())
        let (status, answer) = try await ask(missing, three)
        let message = answer.find(path: "error", "message", in: answer.root).flatMap { answer.string($0) }
        #expect(status == 404 && message == "There is no file.")
        #expect(try await ask(missing, #"{"model":"all-minilm-l6-v2","input":[]}"#).status == 400)
        #expect(try await ask(nil, three).status == 404)
    }

    @Test func `a vector that there was no memory for is an error, not a vector`() async throws {
        #expect(try await ask(LocalVectors(CountingEmbedder(isEmpty: true), absence: "", work: Inline()), three).status == 500)
    }

    @Test func `a limit on time ends it between two texts`() async throws {
        let now = Ticks()
        let clock = GatewayClock(monotonicNanoseconds: { now.next(by: 4_000_000) }, wallMilliseconds: { 1 })
        let vectors = LocalVectors(CountingEmbedder(), absence: "", work: Inline())
        for timeouts in [UpstreamTimeouts(totalMilliseconds: 10), UpstreamTimeouts(firstByteMilliseconds: 10)] {
            let failure = await failure { try await ask(vectors, three, timeouts: timeouts, clock: clock) }
            #expect(failure?.code == .upstreamTimeout)
        }
        #expect(try await ask(vectors, three, timeouts: UpstreamTimeouts(totalMilliseconds: 12), clock: clock).status == 200)
    }

    @Test func `when too much waits already it is refused as a provider does, so that a fallback goes on`() async throws {
        #expect(try await ask(LocalVectors(CountingEmbedder(), absence: "", work: Busy()), three).status == 503)
    }
}

private struct CountingEmbedder: TextEmbedder {
    var isEmpty = false
    let fingerprint = "counting"
    let dimensions = 2
    let longest = 7

    func embed(_ text: String, atMostPieces limit: Int) -> TextEmbedding {
        TextEmbedding(
            vector: isEmpty ? [0, 0] : [Float(text.count), 0.5], pieces: limit, hasUnknown: false, isCut: false)
    }
}

private struct Inline: BackgroundWork {
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(GatewayFailure) -> Value { body() }
}

private struct Busy: BackgroundWork {
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(GatewayFailure) -> Value {
        throw GatewayFailure(.overloaded, "Too much waits.")
    }
}

private final class Ticks: Sendable {
    private let now = Atomic<UInt64>(0)
    func next(by step: UInt64) -> UInt64 { now.add(step, ordering: .relaxed).newValue }
}
