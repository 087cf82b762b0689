// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import JSONBytes

/// Why the pieces of a stream do not become a whole answer. Then there is none: never a wrong one.
package enum AssemblyObstacle: Error, Equatable, Sendable {
    /// The answer would be longer than its bound.
    case tooLarge
    /// A piece is not JSON, not an object, or lacks what every piece has.
    case unreadable
    /// A member or an event that nobody knows how to join, named.
    case unknown(String)
    /// The stream broke off, or its provider reported an error in it.
    case failed
    /// There was no end mark, or a choice or block without an end.
    case noEnd
}

/// Puts the whole answer together that a provider would have given without `stream`, from the unified pieces that pass by. It
/// keeps what the answer will consist of and no piece.
///
/// What comes out is the provider's own text wherever that can be: strings keep their escapes, numbers their lexemes, members the
/// order in which they first came. See `JoinTable` for how each member is joined.
package struct AnswerAssembler: Sendable {
    private let operation: Operation
    /// The one that the operation needs is used.
    private var chat = ChatAssembler()
    private var message = MessageAssembler()
    /// What keeps the pieces so far from becoming an answer; from then on nothing is kept.
    package private(set) var obstacle: AssemblyObstacle?
    private var document = JSONDocument()
    private let maximumBytes: Int
    private var usage = Usage()
    private var model: String?
    private var hasEnded = false

    /// - Parameter maximumBytes: of the whole answer; a longer one is not kept.
    package init(operation: Operation, maximumBytes: Int) {
        self.operation = operation
        self.maximumBytes = maximumBytes
        if !operation.hasStream { obstacle = .unknown(operation.rawValue) }
    }

    /// Takes the pieces of a batch, each batch once, before they are removed from it.
    package mutating func receive(_ batch: borrowing ChunkBatch) {
        var start = 0
        for end in batch.ends {
            if obstacle != nil { return }
            take(batch.bytes[start..<end])
            start = end
        }
        usage = batch.usage
        model = batch.model
        if batch.failure != nil { return give(up: .failed) }
        if batch.finished { hasEnded = true }
    }

    /// The stream is over.
    /// - Throws: what kept the pieces from becoming an answer.
    package consuming func finish() throws(AssemblyObstacle) -> UnifiedResponse {
        if let obstacle { throw obstacle }
        if !hasEnded { throw .noEnd }
        var json = JSONWriter(reserving: 1024)
        if operation == .chat { try chat.write(to: &json) } else { try message.write(to: &json) }
        if json.bytes.count > maximumBytes { throw .tooLarge }
        return UnifiedResponse(body: json.bytes, usage: usage, model: model)
    }

    private mutating func give(up obstacle: AssemblyObstacle) {
        self.obstacle = obstacle
        chat = ChatAssembler()
        message = MessageAssembler()
        document = JSONDocument()
    }

    private mutating func take(_ piece: ArraySlice<UInt8>) {
        // Behind the end mark nothing is the answer's.
        if hasEnded { return give(up: .unreadable) }
        do throws(AssemblyObstacle) {
            do throws(JSONError) { try document.load(piece) } catch { throw .unreadable }
            if document.kind(document.root) != .object { throw .unreadable }
            if operation == .chat { try chat.join(document) } else { try message.join(document) }
            // Names and marks come on top of what is kept.
            if max(chat.keptBytes, message.keptBytes) > maximumBytes { throw .tooLarge }
        } catch {
            give(up: error)
        }
    }
}
