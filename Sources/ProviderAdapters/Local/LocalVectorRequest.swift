// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// What a request for vectors (`/embeddings`, in OpenAI's form) asks of the model that runs in this process.
package struct LocalVectorRequest: Sendable {
    /// The name that the built-in model goes by, with `local/` before it or without.
    package static let model = "all-minilm-l6-v2"
    private static let dimensions = 384
    /// As many as OpenAI takes.
    static let mostTexts = 2048
    /// Of all texts together, in bytes: more than the model reads of so many, whatever they are.
    static let longest = 4 << 20

    package enum Encoding: Sendable {
        /// A list of numbers.
        case float
        /// Their bytes, four for each, the lowest first.
        case base64
    }
    package var texts: [String] = []
    package var encoding = Encoding.float

    init(_ document: JSONDocument) throws(LocalRefusal) {
        let root = document.root
        if document.kind(root) != .object { throw LocalRefusal(400, "The body must be an object.") }
        try readModel(document)
        if let node = document.find("stream", in: root), document.bool(node) == true {
            throw LocalRefusal(400, "Vectors come whole: leave stream out.", parameter: "stream")
        }
        if let node = document.find("dimensions", in: root), !document.isNull(node), document.int(node) != Self.dimensions {
            throw LocalRefusal(
                400, "`\(Self.model)` has \(Self.dimensions) dimensions, and a part of them says nothing: leave dimensions out.",
                parameter: "dimensions")
        }
        if let node = document.find("encoding_format", in: root), !document.isNull(node) {
            if document.isString(node, "base64") {
                encoding = .base64
            } else if !document.isString(node, "float") {
                throw LocalRefusal(400, "encoding_format must be float or base64.", parameter: "encoding_format")
            }
        }
        try readTexts(document)
    }

    /// The models that ask for trouble do so here too.
    private func readModel(_ document: JSONDocument) throws(LocalRefusal) {
        let name = document.find("model", in: document.root).flatMap(document.string) ?? ""
        if name == Self.model || name == "local/\(Self.model)" { return }
        if case .status(let status)? = LocalModel(name) {
            throw LocalRefusal(status, "`\(name)` was asked to fail with status \(status).")
        }
        throw LocalRefusal(
            404, "`local` makes vectors with local/\(Self.model) only, not with `\(name)`.", parameter: "model")
    }

    private mutating func readTexts(_ document: JSONDocument) throws(LocalRefusal) {
        func refusal(_ message: String) -> LocalRefusal { LocalRefusal(400, message, parameter: "input") }
        guard let input = document.find("input", in: document.root) else { throw refusal("input is missing.") }
        if let text = document.string(input) {
            texts = [text]
        } else {
            guard document.kind(input) == .array else { throw refusal("input must be a text or an array of texts.") }
            for element in document.elements(of: input) {
                guard let text = document.string(element) else {
                    throw refusal("input must be texts: `local` cuts them into tokens itself, and takes no tokens of others.")
                }
                if texts.count == Self.mostTexts {
                    throw refusal("input has more than \(Self.mostTexts) texts: send less at a time.")
                }
                texts.append(text)
            }
        }
        if texts.isEmpty || texts.contains(where: \.isEmpty) { throw refusal("input must not be empty, nor have an empty text.") }
        if texts.reduce(0, { $0 + $1.utf8.count }) > Self.longest {
            throw refusal("input has more than \(Self.longest >> 20) MiB of text: send less at a time.")
        }
    }
}

/// Reads a request for vectors.
/// - Returns: the request, or the answer that refuses it.
package func localVectorRequest(_ body: ArraySlice<UInt8>) -> Result<LocalVectorRequest, LocalVectorRefusal> {
    do throws(LocalRefusal) {
        let document: JSONDocument
        do { document = try JSONDocument(Array(body)) } catch { throw LocalRefusal(400, "The body is not JSON: \(error).") }
        return .success(try LocalVectorRequest(document))
    } catch { return .failure(LocalVectorRefusal(error)) }
}

/// Why there are no vectors, as an answer.
package struct LocalVectorRefusal: Error {
    package let answer: LocalAnswer

    init(_ refusal: LocalRefusal) { answer = refused(refusal, .chat) }

    /// There is no model.
    /// - Parameter reason: in a sentence, with what to do about it.
    package init(noModel reason: String) { self.init(LocalRefusal(404, reason, parameter: "model")) }

    /// As other providers say it, so that another one is asked where a config has one.
    package static let busy = LocalVectorRefusal(LocalRefusal(503, "Too many texts wait for a vector already."))
    /// A vector could not be made.
    package static let noMemory = LocalVectorRefusal(LocalRefusal(500, "There was no memory for a vector."))
}

/// One vector, as its place in the answer has it.
package func localVector(_ vector: [Float], as encoding: LocalVectorRequest.Encoding) -> [UInt8] {
    switch encoding {
    case .float:
        var json: [UInt8] = []
        json.reserveCapacity(14 * vector.count)
        json.append(UInt8(ascii: "["))
        for (index, number) in vector.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            // The shortest decimals that are this number and no other; JSON has no others than finite ones.
            json.append(contentsOf: number.isFinite ? number.description.utf8 : "0".utf8)
        }
        json.append(UInt8(ascii: "]"))
        return json
    case .base64:
        let bytes = vector.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) } }
        return [UInt8(ascii: "\"")] + base64(bytes) + [UInt8(ascii: "\"")]
    }
}

/// The answer with these vectors, each as `localVector` wrote it.
/// - Parameter tokens: word pieces that the model read.
package func localVectorAnswer(_ vectors: [[UInt8]], tokens: Int) -> LocalAnswer {
    var json = JSONWriter(reserving: vectors.reduce(256) { $0 + $1.count + 64 })
    json.beginObject()
    json.key("object")
    json.string("list")
    json.key("data")
    json.beginArray()
    for (index, vector) in vectors.enumerated() {
        json.beginObject()
        json.key("object")
        json.string("embedding")
        json.key("index")
        json.int(index)
        json.key("embedding")
        json.raw(vector)
        json.endObject()
    }
    json.endArray()
    json.key("model")
    json.string("local/\(LocalVectorRequest.model)")
    json.key("usage")
    json.beginObject()
    json.key("prompt_tokens")
    json.int(tokens)
    json.key("total_tokens")
    json.int(tokens)
    json.endObject()
    json.endObject()
    return LocalAnswer(steps: whole(json.bytes))
}

/// RFC 4648, padded.
private func base64(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
        for place in 0..<4 { text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "=")) }
    }
    return text
}
