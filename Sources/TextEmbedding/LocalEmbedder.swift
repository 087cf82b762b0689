// SPDX-License-Identifier: Apache-2.0
import CTextEmbedding
package import GatewayEngine
import Synchronization

/// The embedder that is part of the daemon: all-MiniLM-L6-v2 in eight bits, from one file, on the processor.
package final class LocalEmbedder: TextEmbedder {
    package static let modelName = "all-minilm-l6-v2"
    /// Of the file, wherever it lies.
    package static let fileName = "all-minilm-l6-v2.q8"
    /// Where the package puts it.
    package static let systemPath = "/usr/share/wicket/\(fileName)"

    package let instructions: Instructions
    package let fingerprint: String
    package var dimensions: Int { WICKET_EMBEDDING_WIDTH }
    package var longest: Int { WICKET_EMBEDDING_LONGEST }

    private let model: MappedModel
    private let scratch = Mutex<[Scratch]>([])

    /// - Parameter instructions: nil for the best that are there.
    package init(path: String, instructions: Instructions? = nil) throws(EmbedderAbsence) {
        guard let instructions = instructions ?? .best, instructions.isAvailable else {
            let wanted = instructions.map { "\($0.rawValue)" } ?? "AVX2, AVX-512 VNNI or NEON with the dot product"
            throw EmbedderAbsence(
                reason: "The built-in embedder needs a processor with \(wanted); name a provider's embedding model instead.")
        }
        self.instructions = instructions
        model = try MappedModel(path)
        // The number is that of what WordPiece does with the text.
        fingerprint = "\(Self.modelName):\(model.digest):1"
    }

    deinit {
        for block in scratch.withLock({ $0 }) { wicket_scratch_destroy(block.pointer) }
    }

    package func embed(_ text: String, atMostPieces limit: Int) -> TextEmbedding {
        let pieces = pieces(of: text, atMost: limit)
        // A vector of zeroes is like no other, should there be no memory for one.
        var vector = [Float](repeating: 0, count: dimensions)
        let isDone = withScratch { scratch in
            wicket_embed(model.model, scratch, instructions.inC, pieces.ids, Int32(pieces.ids.count), &vector) == 0
        }
        return TextEmbedding(
            vector: vector, pieces: pieces.ids.count, hasUnknown: pieces.hasUnknown || !isDone, isCut: pieces.isCut)
    }

    /// What `embed` looks at, at most `longest` pieces.
    package func pieces(of text: String, atMost limit: Int) -> WordPieces {
        model.pieces(of: text, atMost: min(limit, longest))
    }

    /// As many blocks are made as threads embed at once; of each, only the pages that its texts needed are in memory.
    private func withScratch(_ body: (OpaquePointer) -> Bool) -> Bool {
        let block = scratch.withLock { $0.popLast() } ?? wicket_scratch_create(Int32(longest)).map(Scratch.init)
        guard let block else { return false }
        defer { scratch.withLock { $0.append(block) } }
        return body(block.pointer)
    }
}

// Sendable is sound: who takes one out of the pool has it alone.
private struct Scratch: @unchecked Sendable {
    let pointer: OpaquePointer
}
