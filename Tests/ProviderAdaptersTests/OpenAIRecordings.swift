// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSONBytes
import TestSupport

@testable import ProviderAdapters

/// A recorded chat exchange with a provider that speaks OpenAI's dialect.
struct OpenAIRecording: Sendable, CustomStringConvertible {
    var id: String
    var wireProvider: String
    var status: Int
    var isStream: Bool
    var fields: [String: String]
    /// What the client sent, where it was kept.
    var request: [UInt8]?
    var response: [UInt8]

    var description: String { "\(wireProvider) \(id)" }
    var isAnswer: Bool { (200...299).contains(status) }

    /// The catalog's entry, or a plain one for a provider that the catalog does not name.
    var provider: Provider {
        let id = OpenAIRecordings.catalogIDs[wireProvider] ?? wireProvider
        return ProviderCatalog.builtIn.provider(id) ?? .openAICompatible(id: id, baseURL: "https://\(id).example.com")
    }
}

/// The recordings in `../shared/wire/dev` (or below `WICKET_SHARED`); they are no part of this repository.
enum OpenAIRecordings {
    /// The recordings' names for providers, where the catalog has others.
    static let catalogIDs = [
        "mistral": "mistral-ai", "xai": "x-ai", "together": "together-ai", "fireworks": "fireworks-ai",
        "perplexity": "perplexity-ai", "zai": "z-ai", "alibaba": "dashscope",
    ]
    /// Their chat exchanges are not in OpenAI's form, or they are another session's part.
    private static let others: Set = ["anthropic", "gemini", "vertex", "cohere"]

    static let folder = SharedFolder.url.appendingPathComponent("wire/dev")
    static let arePresent = SharedFolder.has("wire/dev")

    /// Every one, read once.
    static let chat: [OpenAIRecording] = {
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "jsonl" && !others.contains($0.deletingPathExtension().lastPathComponent) }
            .sorted { $0.path < $1.path }.flatMap(records)
    }()

    static var answers: [OpenAIRecording] { chat.filter { $0.isAnswer && !$0.isStream } }
    static var streams: [OpenAIRecording] { chat.filter { $0.isAnswer && $0.isStream } }
    static var errors: [OpenAIRecording] { chat.filter { !$0.isAnswer } }

    private static func records(in file: URL) -> [OpenAIRecording] {
        let lines = (try? Data(contentsOf: file)).map { [UInt8]($0).split(separator: 0x0A) } ?? []
        return lines.compactMap { line in
            guard let record = try? JSONDocument(Array(line)), text(record, "endpoint") == "chat" else { return nil }
            return recording(record)
        }
    }

    private static func recording(_ record: JSONDocument) -> OpenAIRecording? {
        let root = record.root
        guard let id = text(record, "id"), let provider = text(record, "provider"),
            let status = record.find(path: "response", "status", in: root).flatMap(record.int)
        else { return nil }
        var fields: [String: String] = [:]
        if let headers = record.find(path: "response", "headers", in: root) {
            for member in record.members(of: headers) { fields[record.string(member.key) ?? ""] = record.string(member.value) }
        }
        return OpenAIRecording(
            id: id, wireProvider: provider, status: status,
            isStream: record.find("stream", in: root).flatMap(record.bool) ?? false,
            fields: fields, request: record.find("request", in: root).flatMap { body(record, $0) },
            response: record.find("response", in: root).flatMap { body(record, $0) } ?? [])
    }

    private static func text(_ record: JSONDocument, _ key: StaticString) -> String? {
        record.find(key, in: record.root).flatMap(record.string)
    }

    /// A body as it was written into the record: JSON as it stands there, text unescaped.
    private static func body(_ record: JSONDocument, _ message: JSONNode) -> [UInt8]? {
        guard let body = record.find("body", in: message), !record.isNull(body) else { return nil }
        return Array(record.textBytes(body) ?? record.raw(body))
    }
}
