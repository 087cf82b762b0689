// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// Anthropic's content blocks from their pieces: a block as it began, then deltas. The same in native events and in the
/// `content_blocks` of a chat's deltas, where a delta has no type: its members tell what it brings.
struct BlockAssembler: Sendable {
    private struct Block: Sendable {
        let index: Int
        var members = JoinedObject(.block)
        /// The `input` that the block began with.
        var input: [UInt8] = []
        /// The pieces of an input, as the insides of JSON strings.
        var partialInput: [UInt8] = []
        var hasEnded = false
    }

    private var blocks: [Block] = []

    var isEmpty: Bool { blocks.isEmpty }

    func has(_ index: Int) -> Bool { blocks.contains { $0.index == index } }

    /// Puts a text block first whose pieces came as plain text.
    mutating func begin(withText text: [UInt8]) {
        var block = Block(index: 0)
        block.members.setText("type", to: Array("text".utf8))
        block.members.setText("text", to: text)
        blocks.append(block)
    }

    mutating func begin(_ index: Int, _ start: JSONNode, of document: JSONDocument, kept: inout Int) throws(AssemblyObstacle) {
        guard document.kind(start) == .object, let type = document.find("type", in: start), document.kind(type) == .string,
            !has(index)
        else { throw .unreadable }
        if blocks.count >= JoinedObject.maximumCount { throw .tooLarge }
        var block = Block(index: index)
        try block.members.join(start, of: document, kept: &kept)
        if let input = document.find("input", in: start) {
            block.input = Array(document.raw(input))
            kept += block.input.count
        }
        blocks.append(block)
    }

    mutating func join(_ index: Int, _ delta: JSONNode, of document: JSONDocument, kept: inout Int) throws(AssemblyObstacle) {
        guard document.kind(delta) == .object, let slot = blocks.lastIndex(where: { $0.index == index }), !blocks[slot].hasEnded
        else { throw .unreadable }
        for (key, value) in document.members(of: delta) where !document.isString(key, "type") {
            func isKey(_ names: StaticString...) -> Bool { names.contains { document.isString(key, $0) } }
            if isKey("partial_json") {
                guard document.kind(value) == .string else { throw .unreadable }
                let piece = document.raw(value).dropFirst().dropLast()
                blocks[slot].partialInput.append(contentsOf: piece)
                kept += piece.count
            } else if isKey("citation") {
                try blocks[slot].members.append(value, of: document, to: "citations", kept: &kept)
            } else if isKey("text", "thinking", "signature", "content", "estimated_tokens") {
                try blocks[slot].members.join(key, value, of: document, kept: &kept)
            } else {
                throw .unknown(document.string(key) ?? "")
            }
        }
    }

    mutating func end(_ index: Int) throws(AssemblyObstacle) {
        guard let slot = blocks.lastIndex(where: { $0.index == index }), !blocks[slot].hasEnded else { throw .unreadable }
        blocks[slot].hasEnded = true
    }

    /// Whether each block's own end was seen.
    var haveEnded: Bool { blocks.allSatisfy(\.hasEnded) }

    /// Writes the array of all blocks.
    func write(to json: inout JSONWriter) throws(AssemblyObstacle) {
        json.beginArray()
        for block in blocks.sorted(by: { $0.index < $1.index }) {
            json.beginObject()
            var input: [UInt8]? = try Self.input(of: block)
            block.members.write(to: &json) { _, json in
                Self.write(&input, to: &json)
            }
            Self.write(&input, to: &json)
            json.endObject()
        }
        json.endArray()
    }

    private static func write(_ input: inout [UInt8]?, to json: inout JSONWriter) {
        guard let value = input else { return }
        json.key("input")
        json.raw(value)
        input = nil
    }

    /// - Throws: `noEnd` when the pieces are no whole object.
    private static func input(of block: Block) throws(AssemblyObstacle) -> [UInt8]? {
        if block.partialInput.isEmpty { return block.input.isEmpty ? nil : block.input }
        var string: [UInt8] = [UInt8(ascii: "\"")]
        string += block.partialInput
        string.append(UInt8(ascii: "\""))
        guard let text = try? JSONDocument(string), let inner = text.textBytes(text.root),
            let value = try? JSONDocument(Array(inner)), value.kind(value.root) == .object
        else { throw .noEnd }
        var bytes = value.bytes
        replaceLineBreaks(in: &bytes)
        return bytes
    }
}
