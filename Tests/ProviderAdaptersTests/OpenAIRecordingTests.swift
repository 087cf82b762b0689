// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

/// Real traffic through the dialect. Skipped where the recordings are absent: they lie beside the repository, not in it.
@Suite(.enabled(if: OpenAIRecordings.arePresent, "needs the recordings in ../shared/wire/dev"))
struct OpenAIRecordingTests {
    @Test func `there are recordings of many providers`() {
        #expect(OpenAIRecordings.answers.count > 500)
        #expect(OpenAIRecordings.streams.count > 250)
        #expect(Set(OpenAIRecordings.chat.map(\.wireProvider)).count > 20)
    }

    @Test func `what recorded clients sent to OpenAI goes out byte for byte`() throws {
        var count = 0
        for recording in OpenAIRecordings.chat where recording.wireProvider == "openai" {
            guard let request = recording.request else { continue }
            let call = try openAICall(String(decoding: request, as: UTF8.self), provider: recording.provider)
            let encoded = try OpenAIDialect().encode(call)
            #expect(Array(encoded.body) == request, "\(recording)")
            #expect(encoded.droppedParams == [], "\(recording)")
            count += 1
        }
        #expect(count > 300)
    }

    @Test func `nothing is taken from a request that its provider is known to have taken`() throws {
        for recording in OpenAIRecordings.chat where recording.isAnswer {
            guard let request = recording.request, request.first == UInt8(ascii: "{") else { continue }
            let call = try openAICall(String(decoding: request, as: UTF8.self), provider: recording.provider)
            #expect(try OpenAIDialect().encode(call).droppedParams == [], "\(recording)")
        }
    }

    @Test func `whole answers pass through, and their usage and model are read`() throws {
        for recording in OpenAIRecordings.answers {
            let call = try openAICall(#"{"model":"m"}"#, provider: recording.provider)
            let expected = IndependentReading(object: recording.response)
            do {
                let answer = try OpenAIDialect().decode(recording.response, of: call)
                #expect(!answer.body.contains(0x0A) && !answer.body.contains(0x0D))
                #expect(zip(answer.body, recording.response).allSatisfy { $0 == $1 || $1 == 0x0A || $1 == 0x0D }, "\(recording)")
                #expect(answer.body.count == recording.response.count)
                #expect(answer.usage == expected.usage, "\(recording)")
                #expect(answer.model == expected.model, "\(recording)")
                #expect(expected.error == nil, "\(recording)")
            } catch {
                #expect(expected.error != nil, "\(recording)")
                #expect(error.code == .upstreamError)
                #expect(error.providerError == recording.response)
            }
        }
    }

    @Test func `streams say what an independent reading of their text says, under any cut`() {
        var random = Cuts(seed: 7)
        for recording in OpenAIRecordings.streams {
            let bytes = recording.response
            let expected = IndependentReading(stream: bytes).outcome
            let whole = decode([bytes[...]], recording)
            #expect(whole.chunks == expected.chunks, "\(recording)")
            #expect(whole.usage == expected.usage, "\(recording)")
            #expect(whole.model == expected.model, "\(recording)")
            #expect(whole.finished == expected.finished, "\(recording)")
            #expect((whole.failureStatus == nil) == (expected.failureStatus == nil), "\(recording)")
            if bytes.count < 25_000 {
                #expect(decode(pieces(of: bytes, every: 1), recording) == whole, "\(recording) at every byte")
            }
            #expect(decode(pieces(of: bytes, every: 7), recording) == whole, "\(recording) at every seventh byte")
            #expect(decode(random.pieces(of: bytes), recording) == whole, "\(recording) at random")
        }
    }

    @Test func `a stream in two pieces, cut anywhere, is the same stream`() {
        for recording in OpenAIRecordings.streams.filter({ $0.response.count < 2_500 }).prefix(12) {
            let bytes = recording.response
            let whole = decode([bytes[...]], recording)
            for cut in bytes.indices {
                #expect(decode([bytes[..<cut], bytes[cut...]], recording) == whole, "\(recording) at \(cut)")
            }
        }
    }

    @Test func `error answers become failures that keep status and body`() throws {
        for recording in OpenAIRecordings.errors {
            let head = HTTPHead(status: recording.status, fields: recording.fields.map { HTTPField($0.key, $0.value) })
            let failure = upstreamFailure(head: head, body: recording.response, provider: recording.provider)
            #expect(failure.code == .upstreamError)
            #expect(failure.status == recording.status, "\(recording)")
            #expect(failure.message.contains("`\(recording.provider.id)` answered \(recording.status)"))
            let body = try #require(failure.providerError)
            if recording.response.isEmpty {
                #expect(body == Array("\"\"".utf8))
            } else {
                let expected = NSDictionary(dictionary: IndependentReading.object(recording.response))
                #expect(NSDictionary(dictionary: IndependentReading.object(body)) == expected)
                // Each of them says something, and the message repeats it.
                #expect(failure.message.count > "`\(recording.provider.id)` answered 400: ".count + 10, "\(failure.message)")
            }
        }
    }

    private func decode(_ pieces: [ArraySlice<UInt8>], _ recording: OpenAIRecording) -> StreamOutcome {
        StreamOutcome(pieces, decoder: OpenAIStreamDecoder(provider: recording.provider))
    }

    private func pieces(of bytes: [UInt8], every length: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: bytes.count, by: length).map { bytes[$0..<min(bytes.count, $0 + length)] }
    }
}

/// Cuts that look random and are the same each time (a linear congruential generator).
private struct Cuts {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let end = min(bytes.count, start + 1 + Int(state >> 33) % 600)
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }
}
