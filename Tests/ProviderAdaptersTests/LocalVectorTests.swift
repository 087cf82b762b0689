// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// Requests to the model in this process, and the form of its answers.
struct LocalVectorTests {
    private func request(_ members: String) -> Result<LocalVectorRequest, LocalVectorRefusal> {
        localVectorRequest(Array(#"{"model":"local/all-minilm-l6-v2",\#(members)}"#.utf8)[...])
    }

    private func text(_ answer: LocalAnswer) -> [String] {
        answer.steps.compactMap { step in
            switch step {
            case .head(let head): "\(head.status)"
            case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            default: nil
            }
        }
    }

    @Test(arguments: [
        (#""input":"a""#, ["a"]), (#""input":["a","b\u0041"]"#, ["a", "bA"]), (#""input":[" "],"dimensions":384"#, [" "]),
        (#""input":"a","dimensions":null,"encoding_format":null,"user":"u","odd":1"#, ["a"]),
    ])
    func `texts are read`(_ members: String, _ texts: [String]) throws {
        let request = try request(members).get()
        #expect(request.texts == texts && request.encoding == .float)
    }

    @Test(arguments: [
        (#""dimensions":256,"input":"a""#, "has 384 dimensions"), (#""dimensions":"x","input":"a""#, "has 384 dimensions"),
        (#""encoding_format":"int8","input":"a""#, "float or base64"), (#""encoding_format":1,"input":"a""#, "float or base64"),
        (#""input":[1,2]"#, "takes no tokens"), (#""input":[[1]]"#, "takes no tokens"), (#""input":["a",1]"#, "no tokens"),
        (#""input":"""#, "must not be empty"), (#""input":[]"#, "must not be empty"), (#""input":["a",""]"#, "must not be empty"),
        (#""input":{}"#, "a text or an array"), (#""input":null"#, "a text or an array"), (#""x":1"#, "is missing"),
        (#""input":"a","stream":true"#, "come whole"),
    ])
    func `what cannot be done is refused with a reason`(_ members: String, _ words: String) throws {
        guard case .failure(let refusal) = request(members) else { throw Unexpected() }
        let answer = text(refusal.answer)
        #expect(answer[0] == "400" && answer[1].contains(words))
        _ = try JSONDocument(answer[1])
    }

    @Test(arguments: [
        ("local/echo", 404), ("gpt", 404), ("", 404), ("local/status-429", 429), ("status-503", 503), ("local/slow", 404),
    ])
    func `another model makes no vectors`(_ model: String, _ status: Int) throws {
        let body = #"{"model":"\#(model)","input":"a"}"#
        guard case .failure(let refusal) = localVectorRequest(Array(body.utf8)[...]) else { throw Unexpected() }
        #expect(text(refusal.answer)[0] == "\(status)")
    }

    @Test func `there is a bound to the texts and their bytes`() throws {
        let many = { (count: Int) in "\"input\":[" + [String](repeating: "\"a\"", count: count).joined(separator: ",") + "]" }
        #expect(try request(many(2048)).get().texts.count == 2048)
        guard case .failure = request(many(2049)) else { throw Unexpected() }
        let long = { (count: Int) in "\"input\":\"" + String(repeating: "a", count: count) + "\"" }
        #expect(try request(long(4 << 20)).get().texts[0].utf8.count == 4 << 20)
        guard case .failure = request(long(4 << 20 + 1)) else { throw Unexpected() }
    }

    @Test func `each number is written as the shortest decimals that are it`() throws {
        var numbers: [Float] = [0, -0.0, 1, -1, 0.1, 1e-7, 1.5e-10, .leastNonzeroMagnitude, .pi, 1 / 3, .greatestFiniteMagnitude]
        var state: UInt32 = 1
        for _ in 0..<2000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            numbers.append(Float(Int32(bitPattern: state)) / 0x1p31)
        }
        let json = localVector(numbers, as: .float)
        let document = try JSONDocument(json)
        let read = document.elements(of: document.root).map { document.double($0).map { Float($0).bitPattern } }
        #expect(read == numbers.map(\.bitPattern))
        #expect(localVector([0.1, .nan, .infinity], as: .float) == Array("[0.1,0,0]".utf8))
    }

    @Test(arguments: 0..<8)
    func `base64 is the bytes of the numbers, the lowest first`(_ count: Int) throws {
        let numbers = (0..<count).map { Float($0) - 2.625 }
        let text = String(decoding: localVector(numbers, as: .base64).dropFirst().dropLast(), as: UTF8.self)
        let data = try #require(Data(base64Encoded: text))
        #expect(data == numbers.reduce(into: Data()) { data, number in
            withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        })
    }

    @Test func `an answer has OpenAI's shape`() {
        let answer = text(localVectorAnswer([Array("[0.5]".utf8), Array("[1]".utf8)], tokens: 9))
        #expect(answer == ["200", #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]},"#
            + #"{"object":"embedding","index":1,"embedding":[1]}],"model":"local/all-minilm-l6-v2","#
            + #""usage":{"prompt_tokens":9,"total_tokens":9}}"#])
    }

    @Test func `without a model the answer says why, and nothing about names of models`() throws {
        let answer = LocalVectorRefusal(noModel: "The file is not there; fetch it.").answer
        guard case .head(let head) = answer.steps[0], case .bytes(let body) = answer.steps[1] else { throw Unexpected() }
        let provider = try #require(ProviderCatalog.builtIn.provider("local"))
        let failure = upstreamFailure(head: head, body: body, provider: provider)
        #expect(failure.message == "`local` answered 404: The file is not there; fetch it." && !failure.retryable)
    }
}

private struct Unexpected: Error {}
