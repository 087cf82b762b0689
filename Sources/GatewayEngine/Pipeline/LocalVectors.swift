// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters

/// The embedder of this process, where there is one, and the threads that it works on.
package struct LocalVectors: Sendable {
    let embedder: (any TextEmbedder)?
    /// Why there is none, in a sentence, with what to do about it.
    private let absence: String
    let work: any BackgroundWork

    package init(_ embedder: (any TextEmbedder)?, absence: String, work: any BackgroundWork) {
        self.embedder = embedder
        self.absence = absence
        self.work = work
    }

    /// Answers a request for vectors, one text after another, so that in between others have their turn. A text is read up to
    /// the model's longest; usage counts what was read.
    func answer(to request: UpstreamRequest, _ clock: GatewayClock) async throws(GatewayFailure) -> LocalAnswer {
        // What is wrong with a request is said first, as it is whether the model is there or not.
        let asked: LocalVectorRequest
        switch localVectorRequest(request.body) {
        case .failure(let refusal): return refusal.answer
        case .success(let request): asked = request
        }
        guard let embedder else { return LocalVectorRefusal(noModel: absence).answer }
        let timeouts = request.timeouts
        let limit = [timeouts.totalMilliseconds, timeouts.firstByteMilliseconds].filter { $0 > 0 }.min()
        let began = clock.monotonicNanoseconds()
        var (vectors, tokens): ([[UInt8]], Int) = ([], 0)
        vectors.reserveCapacity(asked.texts.count)
        for text in asked.texts {
            do throws(GatewayFailure) {
                guard let (json, pieces) = try await vector(of: text, embedder, asked.encoding) else {
                    return LocalVectorRefusal.noMemory.answer
                }
                vectors.append(json)
                tokens += pieces
            } catch {
                if error.code == .overloaded { return LocalVectorRefusal.busy.answer }
                throw error
            }
            if let limit, clock.monotonicNanoseconds() &- began > UInt64(limit) * 1_000_000 {
                throw GatewayFailure(.upstreamTimeout, "local took longer than the call's time limit.")
            }
        }
        return localVectorAnswer(vectors, tokens: tokens)
    }

    /// - Returns: it as JSON, and the word pieces that were read; nil where there was no memory for it.
    private func vector(
        of text: String, _ embedder: any TextEmbedder, _ encoding: LocalVectorRequest.Encoding
    ) async throws(GatewayFailure) -> (json: [UInt8], pieces: Int)? {
        try await work.run {
            let made = embedder.embed(text, atMostPieces: embedder.longest)
            if made.vector.allSatisfy({ $0 == 0 }) { return nil }
            return (localVector(made.vector, as: encoding), made.pieces)
        }
    }
}
