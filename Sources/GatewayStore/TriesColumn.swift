// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// The column `tries`: a call's tries as JSON, which few calls have and which nobody searches by.
enum TriesColumn {
    /// - Returns: nil for no tries. Runs on the writer's thread.
    static func json(_ tries: [AttemptReport]) -> [UInt8]? {
        if tries.isEmpty { return nil }
        var json = JSONWriter()
        json.beginArray()
        for attempt in tries { write(attempt, to: &json) }
        json.endArray()
        return json.bytes
    }

    private static func write(_ attempt: AttemptReport, to json: inout JSONWriter) {
        json.beginObject()
        json.key("number"); json.int(attempt.number)
        json.key("start_us"); json.int(attempt.startMicroseconds)
        json.key("took_us"); json.int(attempt.microseconds)
        json.key("target"); json.string(attempt.target)
        json.key("status"); json.int(attempt.status)
        json.key("outcome"); json.string(attempt.outcome)
        if let provider = attempt.provider { json.key("provider"); json.string(provider) }
        if let key = attempt.virtualKey { json.key("virtual_key"); json.string(key) }
        if let model = attempt.model { json.key("model"); json.string(model) }
        if let model = attempt.responseModel { json.key("response_model"); json.string(model) }
        for (name, place) in usage {
            if let count = attempt.usage[keyPath: place] { json.key(name); json.int(count) }
        }
        json.endObject()
    }

    /// What cannot be read is left out: the rest of the row is still worth showing.
    static func tries(_ bytes: [UInt8]?) -> [AttemptReport] {
        guard let bytes, let document = try? JSONDocument(bytes), document.kind(document.root) == .array else { return [] }
        return document.elements(of: document.root).compactMap { attempt($0, document) }
    }

    private static func attempt(_ node: JSONNode, _ document: JSONDocument) -> AttemptReport? {
        guard document.kind(node) == .object else { return nil }
        func int(_ key: StaticString) -> Int? { document.find(key, in: node).flatMap { document.int($0) } }
        func text(_ key: StaticString) -> String? { document.find(key, in: node).flatMap { document.string($0) } }
        guard let target = text("target"), let outcome = text("outcome") else { return nil }
        var attempt = AttemptReport(
            target: target, status: int("status") ?? 0, microseconds: int("took_us") ?? 0, outcome: outcome)
        attempt.number = int("number") ?? 0
        attempt.startMicroseconds = int("start_us") ?? 0
        attempt.provider = text("provider")
        attempt.virtualKey = text("virtual_key")
        attempt.model = text("model")
        attempt.responseModel = text("response_model")
        for (name, place) in usage { attempt.usage[keyPath: place] = int(name) }
        return attempt
    }

    private static var usage: [(StaticString, WritableKeyPath<Usage, Int?>)] {
        [
            ("input_tokens", \.inputTokens), ("output_tokens", \.outputTokens),
            ("cache_read_input_tokens", \.cacheReadInputTokens),
            ("cache_creation_input_tokens", \.cacheCreationInputTokens),
            ("reasoning_output_tokens", \.reasoningOutputTokens),
        ]
    }
}
