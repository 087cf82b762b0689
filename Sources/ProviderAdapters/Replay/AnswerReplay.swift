// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes

/// A whole answer as the stream that its provider would have sent: for a caller who asked for one, when the answer is known.
package struct AnswerReplay: Sendable {
    private let operation: Operation
    /// `stream_options.include_usage`: a last chunk with the usage and no choices.
    private let includesUsage: Bool

    package init(operation: Operation, includesUsage: Bool = false) {
        self.operation = operation
        self.includesUsage = includesUsage
    }

    /// - Parameter request: the caller's body in `document`.
    package init(operation: Operation, request: JSONNode, in document: JSONDocument) {
        let wanted = document.find(path: "stream_options", "include_usage", in: request).flatMap(document.bool)
        self.init(operation: operation, includesUsage: wanted ?? false)
    }

    /// Appends the pieces of `answer` to `batch`, which is finished then.
    /// - Returns: false where the answer has no form that can be streamed; then the batch is as it was.
    package func write(_ answer: UnifiedResponse, into batch: inout ChunkBatch) -> Bool {
        guard let document = try? JSONDocument(answer.body) else { return false }
        let bytes = batch.bytes.count
        let count = batch.ends.count
        guard writePieces(of: document, into: &batch) else {
            batch.bytes.removeSubrange(bytes...)
            batch.ends.removeSubrange(count...)
            return false
        }
        batch.usage = answer.usage
        batch.model = answer.model
        batch.finished = true
        return true
    }

    private func writePieces(of document: JSONDocument, into batch: inout ChunkBatch) -> Bool {
        switch operation {
        case .chat: ChatReplay(document, includesUsage: includesUsage)?.write(into: &batch) ?? false
        case .messages: MessageReplay(document)?.write(into: &batch) ?? false
        case .embeddings, .models: false
        }
    }
}
