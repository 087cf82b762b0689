// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters

/// What the tests of the Anthropic dialect share. Foundation reads the JSON, so that no code under test checks itself.
enum Anthropic {
    static let dialect = AnthropicDialect()
    static let provider = Provider(
        id: "anthropic", baseURL: "https://api.anthropic.com/v1", dialect: .anthropic, authField: "x-api-key", authPrefix: "",
        headers: [HTTPField("anthropic-version", "2023-06-01")], paths: [.chat: "/messages", .messages: "/messages"])

    static func call(
        _ request: String, operation: GatewayModel.Operation = .chat, model: String? = nil, strict: Bool = false
    ) throws -> DialectCall {
        let line = #"{"id":1,"params":{"request":"# + request + "}}"
        let document = try JSONDocument(line)
        let node = document.find(path: "params", "request", in: document.root) ?? document.root
        let own = document.find("model", in: node).flatMap(document.string) ?? ""
        let stream = document.find("stream", in: node).flatMap(document.bool) ?? false
        return DialectCall(
            operation: operation, document: document, request: node, model: model ?? own, stream: stream, provider: provider,
            strictOpenAICompliance: strict, createdSeconds: 1_700_000_000)
    }

    static func encode(_ request: String) throws -> (body: [String: Any], dropped: [String], encoded: EncodedRequest) {
        let encoded = try dialect.encode(call(request))
        return (try object(Array(encoded.body)), encoded.droppedParams, encoded)
    }

    static func decode(_ body: String, strict: Bool = false) throws -> (body: [String: Any], response: UnifiedResponse) {
        let response = try dialect.decode(Array(body.utf8), of: call(#"{"model":"m"}"#, strict: strict))
        return (try object(response.body), response)
    }

    static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
    }

    static func bytes(_ value: Any) -> [UInt8] {
        Array((try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])) ?? Data())
    }

    /// JSON values in one form, for a comparison that can be read.
    static func text(_ value: Any?) -> String {
        guard let value else { return "nothing" }
        return String(decoding: bytes(value), as: UTF8.self)
    }

    static func text(json: String) throws -> String {
        text(try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed))
    }

    // MARK: Streams

    /// How a body is cut into reads.
    enum Cut {
        case whole
        case every(Int)
        case at(Int)
        case seeded(UInt64)

        func pieces(of body: [UInt8]) -> [[UInt8]] {
            switch self {
            case .whole: return [body]
            case .every(let size):
                return stride(from: 0, to: body.count, by: size).map { Array(body[$0..<min($0 + size, body.count)]) }
            case .at(let index): return [Array(body[..<index]), Array(body[index...])]
            case .seeded(let seed):
                var state = seed
                var pieces: [[UInt8]] = []
                var position = 0
                while position < body.count {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let end = min(body.count, position + 1 + Int(state >> 40) % 97)
                    pieces.append(Array(body[position..<end]))
                    position = end
                }
                return pieces
            }
        }
    }

    struct Streamed {
        var chunks: [[UInt8]] = []
        var batch = ChunkBatch()

        var objects: [[String: Any]] { chunks.map { (try? Anthropic.object($0)) ?? [:] } }
    }

    static func stream(_ body: [UInt8], of call: DialectCall, cut: Cut = .whole) -> Streamed {
        let decoder = dialect.streamDecoder(for: call)
        var result = Streamed()
        func take() {
            var start = 0
            for end in result.batch.ends {
                result.chunks.append(Array(result.batch.bytes[start..<end]))
                start = end
            }
            result.batch.removeChunks()
        }
        for piece in cut.pieces(of: body) {
            decoder.receive(piece, into: &result.batch)
            take()
        }
        decoder.finish(into: &result.batch)
        take()
        return result
    }

    static func sse(_ events: [String]) -> [UInt8] {
        Array(events.map { "event: x\ndata: \($0)\n\n" }.joined().utf8)
    }
}
