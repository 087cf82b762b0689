// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import ProviderAdapters

/// The way to the built-in provider `local`: no network, the answer's script is performed here. To the pipeline it is a transport
/// like the other one, with its waits, time limits and resets. Vectors are made on background threads.
package final class LocalTransport: UpstreamTransport {
    /// Suspends for so many nanoseconds on the reactor.
    package typealias Sleep = (UInt64) async throws(CancellationError) -> Void

    private let clock: GatewayClock
    private let sleep: Sleep
    private let vectors: LocalVectors?

    /// - Parameter vectors: nil where this process makes none.
    package init(clock: GatewayClock, sleep: @escaping Sleep, vectors: LocalVectors? = nil) {
        self.clock = clock
        self.sleep = sleep
        self.vectors = vectors
    }

    package func open(_ request: UpstreamRequest) async throws(GatewayFailure) -> any UpstreamExchange {
        let path = String(request.url.dropFirst(BaseURL.inProcess.text.count))
        let answer: LocalAnswer
        if path == "/embeddings", let vectors {
            answer = try await vectors.answer(to: request, clock)
        } else {
            answer = localAnswer(to: request.body, path: path, createdSeconds: clock.wallMilliseconds() / 1000)
        }
        let exchange = LocalExchange(answer, TimeLeft(request.timeouts), sleep)
        try await exchange.awaitHead()
        return exchange
    }
}

/// What is left of a request's time limits, in milliseconds of scripted waiting.
private struct TimeLeft {
    private var total: Int
    private var firstByte: Int

    init(_ timeouts: UpstreamTimeouts) {
        total = timeouts.totalMilliseconds == 0 ? .max : timeouts.totalMilliseconds
        firstByte = timeouts.firstByteMilliseconds == 0 ? .max : timeouts.firstByteMilliseconds
    }

    /// How long a wait of `milliseconds` may really take, and whether a limit ends it.
    mutating func spend(_ milliseconds: Int, beforeHead: Bool) -> (wait: Int, expired: Bool) {
        let limit = beforeHead ? min(total, firstByte) : total
        let wait = min(milliseconds, limit)
        if total != .max { total -= wait }
        if firstByte != .max, beforeHead { firstByte -= wait }
        return (wait, milliseconds > limit)
    }
}

private final class LocalExchange: UpstreamExchange {
    private(set) var head = HTTPHead(status: 0, fields: [])
    private var steps: ArraySlice<LocalAnswer.Step>
    private var time: TimeLeft
    private let sleep: LocalTransport.Sleep
    private var isCancelled = false

    init(_ answer: LocalAnswer, _ time: TimeLeft, _ sleep: @escaping LocalTransport.Sleep) {
        steps = answer.steps[...]
        self.time = time
        self.sleep = sleep
    }

    func awaitHead() async throws(GatewayFailure) {
        while let step = try await next(beforeHead: true) {
            if case .head(let head) = step {
                self.head = head
                return
            }
        }
        throw GatewayFailure(.upstreamUnreachable, "local ended before it answered.")
    }

    /// All pieces up to the next wait, so that pieces which a server would send at once come at once.
    func read(into buffer: inout [UInt8]) async throws(GatewayFailure) -> Bool {
        buffer.removeAll(keepingCapacity: true)
        while buffer.isEmpty || isBytes(steps.first) {
            guard let step = try await next(beforeHead: false) else { return false }
            switch step {
            case .bytes(let bytes): buffer += bytes
            case .end: return false
            case .head, .wait, .reset: break
            }
        }
        return true
    }

    func collect(limit: Int) async throws(GatewayFailure) -> [UInt8] {
        var body: [UInt8] = []
        var piece: [UInt8] = []
        while try await read(into: &piece) { body += piece }
        return body
    }

    func cancel() { isCancelled = true }

    private func isBytes(_ step: LocalAnswer.Step?) -> Bool {
        if case .bytes = step { true } else { false }
    }

    /// The next step that is not a wait, or nil at the end of the script.
    private func next(beforeHead: Bool) async throws(GatewayFailure) -> LocalAnswer.Step? {
        while let step = steps.popFirst() {
            if isCancelled || Task.isCancelled { throw .callCancelled }
            switch step {
            case .wait(let milliseconds): try await wait(milliseconds, beforeHead: beforeHead)
            case .reset: throw GatewayFailure(.upstreamUnreachable, "local reset the connection, as its model was asked to.")
            case .head, .bytes, .end: return step
            }
        }
        return nil
    }

    private func wait(_ milliseconds: Int, beforeHead: Bool) async throws(GatewayFailure) {
        let (wait, expired) = time.spend(milliseconds, beforeHead: beforeHead)
        do { try await sleep(UInt64(wait) * 1_000_000) } catch { throw .callCancelled }
        if expired { throw GatewayFailure(.upstreamTimeout, "local took longer than the call's time limit.") }
    }
}
