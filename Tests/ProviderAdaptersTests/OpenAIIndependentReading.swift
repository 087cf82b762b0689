// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel

/// What a recorded answer says, read by Foundation and by lines: shares no code with what it checks.
struct IndependentReading {
    var usage = Usage()
    var model: String?
    var error: Any?
    private(set) var outcome = StreamOutcome("")

    init(object bytes: [UInt8]) { read(IndependentReading.object(bytes)) }

    init(stream bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
        var sawFinish = false
        for line in text.components(separatedBy: "\n") where line.hasPrefix("data:") {
            let data = String(line.dropFirst(line.hasPrefix("data: ") ? 6 : 5))
            if data.trimmingCharacters(in: .whitespaces) == "[DONE]" {
                outcome.finished = true
                break
            }
            let chunk = IndependentReading.object(Array(data.utf8))
            read(chunk)
            if error != nil {
                outcome.failureStatus = 0
                break
            }
            outcome.chunks.append(data)
            for choice in chunk["choices"] as? [[String: Any]] ?? [] where choice["finish_reason"] is String { sawFinish = true }
        }
        if sawFinish, error == nil { outcome.finished = true }
        outcome.usage = usage
        outcome.model = model
    }

    static func object(_ bytes: [UInt8]) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) as? [String: Any] ?? [:]
    }

    private mutating func read(_ object: [String: Any]) {
        if let value = object["error"], !(value is NSNull) { error = value }
        if model == nil, let name = object["model"] as? String, !name.isEmpty { model = name }
        let extra = (object["x_groq"] as? [String: Any])?["usage"] as? [String: Any]
        guard let figures = object["usage"] as? [String: Any] ?? extra else { return }
        let input = figures["prompt_tokens"] as? Int
        var output = figures["completion_tokens"] as? Int
        let details = figures["completion_tokens_details"] as? [String: Any]
        let reasoning = details?["reasoning_tokens"] as? Int
        let total = figures["total_tokens"] as? Int
        if let total, let input, let said = output, let reasoning, total == input + said + reasoning {
            output = said + reasoning
        }
        let cache = figures["prompt_tokens_details"] as? [String: Any]
        let read = [
            cache?["cached_tokens"], figures["prompt_cache_hit_tokens"], figures["cache_read_input_tokens"],
            figures["cached_tokens"], figures["num_cached_tokens"],
        ]
        let written = [cache?["cache_write_tokens"], figures["cache_creation_input_tokens"]]
        usage.inputTokens = input ?? usage.inputTokens
        usage.outputTokens = output ?? usage.outputTokens
        usage.reasoningOutputTokens = reasoning ?? usage.reasoningOutputTokens
        usage.cacheReadInputTokens = read.lazy.compactMap { $0 as? Int }.first ?? usage.cacheReadInputTokens
        usage.cacheCreationInputTokens = written.lazy.compactMap { $0 as? Int }.first ?? usage.cacheCreationInputTokens
        usage.audioInputTokens = cache?["audio_tokens"] as? Int ?? usage.audioInputTokens
        usage.imageInputTokens = cache?["image_tokens"] as? Int ?? usage.imageInputTokens
        usage.audioOutputTokens = details?["audio_tokens"] as? Int ?? usage.audioOutputTokens
        usage.imageOutputTokens = details?["image_tokens"] as? Int ?? usage.imageOutputTokens
    }
}
