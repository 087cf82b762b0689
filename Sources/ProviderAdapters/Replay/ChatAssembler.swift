// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A `chat.completion` from its chunks.
struct ChatAssembler: Sendable {
    private struct Choice: Sendable {
        let index: Int
        var members = JoinedObject(.choice)
        var message = JoinedObject(.message)
        var blocks = BlockAssembler()
    }

    private var answer = JoinedObject(.chunk)
    private var choices: [Choice] = []
    private(set) var keptBytes = 0

    mutating func join(_ document: JSONDocument) throws(AssemblyObstacle) {
        try answer.join(document.root, of: document, kept: &keptBytes)
        guard let pieces = document.find("choices", in: document.root), document.kind(pieces) == .array else {
            throw .unreadable
        }
        for piece in document.elements(of: pieces) { try join(choice: piece, document) }
    }

    private mutating func join(choice piece: JSONNode, _ document: JSONDocument) throws(AssemblyObstacle) {
        guard let index = document.find("index", in: piece).flatMap(document.int),
            let delta = document.find("delta", in: piece), document.kind(delta) == .object
        else { throw .unreadable }
        let slot = try slot(of: index)
        if let blocks = document.find("content_blocks", in: delta), !document.isNull(blocks) {
            for block in document.elements(of: blocks) { try join(block: block, of: slot, document) }
        }
        try choices[slot].members.join(piece, of: document, kept: &keptBytes)
        try choices[slot].message.join(delta, of: document, kept: &keptBytes)
    }

    private mutating func slot(of index: Int) throws(AssemblyObstacle) -> Int {
        if let slot = choices.firstIndex(where: { $0.index == index }) { return slot }
        if choices.count >= JoinedObject.maximumCount { throw .tooLarge }
        choices.append(Choice(index: index))
        return choices.count - 1
    }

    /// A piece `{index, delta}` of a block. Plain text in front of the first one has no pieces: there the text so far is the
    /// block.
    private mutating func join(block: JSONNode, of slot: Int, _ document: JSONDocument) throws(AssemblyObstacle) {
        guard let index = document.find("index", in: block).flatMap(document.int), let delta = document.find("delta", in: block)
        else { throw .unreadable }
        if choices[slot].blocks.isEmpty, index > 0 {
            let message = choices[slot].message
            guard index == 1, !message.has("tool_calls"), let text = message.member("content"), text.isText, !text.bytes.isEmpty
            else { throw .unknown("content_blocks") }
            choices[slot].blocks.begin(withText: text.bytes)
            keptBytes += text.bytes.count
        }
        if choices[slot].blocks.has(index) {
            try choices[slot].blocks.join(index, delta, of: document, kept: &keptBytes)
        } else {
            try choices[slot].blocks.begin(index, delta, of: document, kept: &keptBytes)
        }
    }

    // MARK: Writing

    func write(to json: inout JSONWriter) throws(AssemblyObstacle) {
        guard !choices.isEmpty, choices.allSatisfy({ $0.members.member("finish_reason")?.isRawString ?? false }) else {
            throw .noEnd
        }
        json.beginObject()
        try answer.write(to: &json) { (place, json) throws(AssemblyObstacle) in
            if case .choices = place { try writeChoices(to: &json) } else { Self.writeObject(to: &json) }
        }
        if !answer.has("object") { Self.writeObject(to: &json) }
        json.endObject()
    }

    private static func writeObject(to json: inout JSONWriter) {
        json.key("object")
        json.string("chat.completion")
    }

    private func writeChoices(to json: inout JSONWriter) throws(AssemblyObstacle) {
        json.key("choices")
        json.beginArray()
        for choice in choices.sorted(by: { $0.index < $1.index }) {
            json.beginObject()
            try choice.members.write(to: &json) { (_, json) throws(AssemblyObstacle) in
                json.key("message")
                json.beginObject()
                try Self.writeMessage(of: choice, to: &json)
                json.endObject()
            }
            json.endObject()
        }
        json.endArray()
    }

    /// A stream begins with an empty content even where the whole answer has none: beside calls or a refusal it is null.
    private static func writeMessage(of choice: Choice, to json: inout JSONWriter) throws(AssemblyObstacle) {
        var message = choice.message
        if !message.has("role") {
            json.key("role")
            json.string("assistant")
        }
        let content = message.member("content")
        let standsForText =
            !(message.member("tool_calls")?.children.isEmpty ?? true)
            || !(message.member("function_call")?.children.isEmpty ?? true)
            || !(message.member("refusal")?.bytes.isEmpty ?? true)
        if content == nil || (standsForText && content.map { $0.isText && $0.bytes.isEmpty } ?? false) {
            message.setNull("content")
        }
        try message.write(to: &json) { (_, json) throws(AssemblyObstacle) in
            if choice.blocks.isEmpty { return }
            json.key("content_blocks")
            try choice.blocks.write(to: &json)
        }
    }
}
