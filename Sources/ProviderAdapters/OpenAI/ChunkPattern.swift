// SPDX-License-Identifier: Apache-2.0
import Glibc
import JSONBytes

/// The last chunk of a stream that was read whole, and where its `choices[0].delta.content` stands. Chunks of one stream mostly
/// differ there only; one that does is JSON like the pattern, and says nothing that the pattern did not, so it need not be read.
struct ChunkPattern {
    private var bytes: [UInt8] = []
    /// Between the quotes; empty bytes mean that there is no pattern.
    private var content = 0..<0

    /// Takes the chunk that `document` is as the pattern, where it can be one.
    /// - Parameter isPlain: it carries no usage, no finish reason and no error.
    mutating func learn(_ document: JSONDocument, isPlain: Bool) {
        bytes.removeAll(keepingCapacity: true)
        guard isPlain, let choices = document.find("choices", in: document.root) else { return }
        var choice = document.elements(of: choices)
        // A second choice, or a duplicate key, is rare: such a chunk is read whole each time.
        guard let first = choice.next(), choice.next() == nil, let delta = document.find("delta", in: first),
            let text = document.find("content", in: delta), document.kind(text) == .string
        else { return }
        let range = document.range(text)
        content = range.lowerBound + 1..<range.upperBound - 1
        bytes.append(contentsOf: document.bytes)
    }

    /// Whether `chunk` is the pattern but for its content, which is plain ASCII: nothing in it could end the string.
    func matches(_ chunk: ArraySlice<UInt8>) -> Bool {
        let tail = bytes.count - content.upperBound
        guard !bytes.isEmpty, chunk.count >= content.lowerBound + tail else { return false }
        return bytes.withUnsafeBytes { own in
            chunk.withUnsafeBytes { other in
                guard let own = own.baseAddress, let base = other.baseAddress else { return false }
                let end = other.count - tail
                return memcmp(own, base, content.lowerBound) == 0 && memcmp(own + content.upperBound, base + end, tail) == 0
                    && isPlainText(UnsafeRawBufferPointer(rebasing: other[content.lowerBound..<end]))
            }
        }
    }

    private func isPlainText(_ text: UnsafeRawBufferPointer) -> Bool {
        text.allSatisfy { $0 >= 0x20 && $0 < 0x80 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }
}
