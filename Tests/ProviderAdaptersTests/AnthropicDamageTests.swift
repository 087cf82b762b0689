// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters
import Testing

/// Recorded JSON in which one value became another: what comes of it is JSON or an error, and never a crash.
@Suite(.enabled(if: AnthropicRecordings.areHere, "the recordings are not beside the package"))
struct AnthropicDamageTests {
    /// Puts something else in the place of one value, chosen by a seeded draw.
    private struct Damage {
        private var state: UInt64
        init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

        mutating func draw(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(count, 1)
        }

        mutating func apply(to value: Any) -> Any {
            if let object = value as? [String: Any], !object.isEmpty, draw(8) > 0 {
                let key = object.keys.sorted()[draw(object.count)]
                return object.merging([key: apply(to: object[key] ?? NSNull())]) { _, new in new }
            }
            if var list = value as? [Any], !list.isEmpty, draw(8) > 0 {
                let index = draw(list.count)
                list[index] = apply(to: list[index])
                return list
            }
            let others: [Any] = [
                NSNull(), true, false, -1, 9_223_372_036_854_775_807 as Int, 1e300, "", "text", "\u{0}\"\\", [], [:], [NSNull()],
                ["type": "text"],
            ]
            return others[draw(others.count)]
        }
    }

    @Test func `a damaged request is refused or translated`() throws {
        var refused = 0, translated = 0
        for (number, exchange) in AnthropicRecordings.messages.enumerated() {
            guard exchange.body.count < 20_000, let native = exchange.request, let request = OpenAIForm(native).request else {
                continue
            }
            var damage = Damage(seed: number)
            for _ in 0..<8 {
                let text = String(decoding: Anthropic.bytes(damage.apply(to: request)), as: UTF8.self)
                do {
                    let body = try Anthropic.dialect.encode(Anthropic.call(text)).body
                    #expect((try? JSONDocument(Array(body))) != nil, "\(text)")
                    translated += 1
                } catch {
                    let failure = try #require(error as? GatewayFailure)
                    #expect(failure.code == .invalidParams && failure.path?.hasPrefix("request") ?? false, "\(text)")
                    refused += 1
                }
            }
        }
        #expect(refused > 100 && translated > 500)
    }

    @Test func `a damaged answer is an error or an answer`() throws {
        let call = try Anthropic.call(#"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#)
        for (number, exchange) in AnthropicRecordings.messages.enumerated() where exchange.body.count < 20_000 {
            var damage = Damage(seed: number)
            for _ in 0..<4 {
                if !exchange.isStream {
                    let body = Anthropic.bytes(damage.apply(to: exchange.response ?? [:]))
                    guard let response = try? Anthropic.dialect.decode(body, of: call) else { continue }
                    #expect((try? JSONDocument(response.body)) != nil && !response.body.contains(0x0A))
                } else {
                    var events: [Any] = exchange.events
                    let index = damage.draw(events.count)
                    events[index] = damage.apply(to: events[index])
                    let body = Anthropic.sse(events.map { Anthropic.text($0) })
                    let chunks = Anthropic.stream(body, of: call).chunks
                    #expect(chunks.allSatisfy { (try? JSONDocument($0)) != nil && !$0.contains(0x0A) }, "\(exchange.id)")
                }
            }
        }
    }
}
