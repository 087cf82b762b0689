// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport

/// Recorded `messages` exchanges with the provider, read where they lie beside the package; absent elsewhere.
enum AnthropicRecordings {
    struct Exchange: Sendable {
        var id: String
        var status: Int
        var isStream: Bool
        /// The request's body written again, where it was kept as JSON.
        var requestBody: [UInt8]?
        /// The answer's body: raw where the recording kept it raw, else written again.
        var body: [UInt8]

        var request: [String: Any]? { requestBody.flatMap { try? Anthropic.object($0) } }
        var response: [String: Any]? { try? Anthropic.object(body) }

        /// The events' data in a stream's body, taken apart line by line. Two recordings hold several answers one behind the
        /// other: the first one's end is the end.
        var eventTexts: [[UInt8]] {
            let lines = String(decoding: body, as: UTF8.self).split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data:") }
            let texts = lines.map { Array($0.dropFirst(5).drop { $0 == " " }.utf8) }
            let end = lines.firstIndex { $0.contains("\"message_stop\"") }.map { $0 + 1 }
            return Array(texts.prefix(end ?? texts.count))
        }

        var events: [[String: Any]] { eventTexts.map { (try? Anthropic.object($0)) ?? [:] } }
    }

    static let file = SharedFolder.url.appendingPathComponent("wire/dev/anthropic.jsonl")
    static let vectors = SharedFolder.url.appendingPathComponent("portkey-vectors/transforms")
    static var areHere: Bool { SharedFolder.has("wire/dev/anthropic.jsonl") }
    static var vectorsAreHere: Bool { SharedFolder.has("portkey-vectors/transforms") }

    static let messages: [Exchange] = {
        guard let data = try? Data(contentsOf: file) else { return [] }
        return data.split(separator: 0x0A).compactMap { line in
            guard let record = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
                record["endpoint"] as? String == "messages", let response = record["response"] as? [String: Any]
            else { return nil }
            let body = response["body"]
            return Exchange(
                id: record["id"] as? String ?? "", status: response["status"] as? Int ?? 0,
                isStream: record["stream"] as? Bool ?? false,
                requestBody: ((record["request"] as? [String: Any])?["body"] as? [String: Any]).map(Anthropic.bytes),
                body: (body as? String).map { Array($0.utf8) } ?? Anthropic.bytes(body ?? NSNull()))
        }
    }()

    static var unary: [Exchange] { messages.filter { !$0.isStream && $0.status == 200 } }
    static var streamed: [Exchange] { messages.filter { $0.isStream && $0.status == 200 } }
}
