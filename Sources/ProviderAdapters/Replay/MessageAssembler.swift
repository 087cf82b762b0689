// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A `message` from Anthropic's stream events.
struct MessageAssembler: Sendable {
    private var message = JoinedObject(.anthropicMessage)
    private var blocks = BlockAssembler()
    private var hasStarted = false
    private var hasStopped = false
    private(set) var keptBytes = 0

    mutating func join(_ document: JSONDocument) throws(AssemblyObstacle) {
        let root = document.root
        guard let type = document.find("type", in: root), document.kind(type) == .string, !hasStopped else { throw .unreadable }
        func isType(_ name: StaticString) -> Bool { document.isString(type, name) }
        if isType("content_block_delta") {
            try blocks.join(try index(document), try part("delta", of: document), of: document, kept: &keptBytes)
        } else if isType("content_block_start") {
            if !hasStarted { throw .unreadable }
            try blocks.begin(try index(document), try part("content_block", of: document), of: document, kept: &keptBytes)
        } else if isType("content_block_stop") {
            try blocks.end(try index(document))
        } else if isType("message_start") {
            try start(try part("message", of: document), document)
        } else if isType("message_delta") {
            if !hasStarted { throw .unreadable }
            try joinEnd(document)
        } else if isType("message_stop") {
            hasStopped = true
        } else if !isType("ping") {
            throw isType("error") ? .failed : .unknown(document.string(type) ?? "")
        }
    }

    private func index(_ document: JSONDocument) throws(AssemblyObstacle) -> Int {
        guard let index = document.find("index", in: document.root).flatMap(document.int), index >= 0 else { throw .unreadable }
        return index
    }

    private func part(_ key: StaticString, of document: JSONDocument) throws(AssemblyObstacle) -> JSONNode {
        guard let part = document.find(key, in: document.root), document.kind(part) == .object else { throw .unreadable }
        return part
    }

    private mutating func start(_ start: JSONNode, _ document: JSONDocument) throws(AssemblyObstacle) {
        if hasStarted { throw .unreadable }
        hasStarted = true
        if let content = document.find("content", in: start), document.elements(of: content).first(where: { _ in true }) != nil {
            throw .unknown("content")
        }
        try message.join(start, of: document, kept: &keptBytes)
    }

    /// A `message_delta`: what it says of the stop and the usage, and what else it says of the message (`context_management`).
    private mutating func joinEnd(_ document: JSONDocument) throws(AssemblyObstacle) {
        try message.join(try part("delta", of: document), of: document, kept: &keptBytes)
        for (key, value) in document.members(of: document.root) {
            if document.isString(key, "type") || document.isString(key, "delta") { continue }
            try message.join(key, value, of: document, kept: &keptBytes)
        }
    }

    func write(to json: inout JSONWriter) throws(AssemblyObstacle) {
        guard hasStopped, blocks.haveEnded, message.member("stop_reason")?.isRawString ?? false else { throw .noEnd }
        json.beginObject()
        try message.write(to: &json) { (_, json) throws(AssemblyObstacle) in
            json.key("content")
            try blocks.write(to: &json)
        }
        if !message.has("content") {
            json.key("content")
            try blocks.write(to: &json)
        }
        json.endObject()
    }
}
