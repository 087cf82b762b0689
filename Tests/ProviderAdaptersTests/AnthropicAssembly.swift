// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Independent readings of the same things: an assembler of unified chunks, one of raw events, and a reading of a raw message.
struct AssembledAnswer: Equatable {
    struct Call: Equatable {
        var id = ""
        var name = ""
        /// Normalised JSON, so that white space does not count.
        var arguments = ""
    }
    var id = ""
    var model = ""
    var text = ""
    var reasoning = ""
    var calls: [Call] = []
    var finish = ""
    var prompt = 0
    var completion = 0
    var cached = 0
    var annotations: [String] = []

    static func arguments(_ text: String) -> String { (try? Anthropic.text(json: text)) ?? "invalid: \(text)" }

    /// A `chat.completion`.
    init(completion: [String: Any]) {
        let choice = (completion["choices"] as? [[String: Any]])?.first ?? [:]
        let message = choice["message"] as? [String: Any] ?? [:]
        id = completion["id"] as? String ?? ""
        model = completion["model"] as? String ?? ""
        text = message["content"] as? String ?? ""
        reasoning = message["reasoning_content"] as? String ?? ""
        finish = choice["finish_reason"] as? String ?? ""
        for call in message["tool_calls"] as? [[String: Any]] ?? [] {
            let function = call["function"] as? [String: Any] ?? [:]
            calls.append(
                Call(
                    id: call["id"] as? String ?? "", name: function["name"] as? String ?? "",
                    arguments: Self.arguments(function["arguments"] as? String ?? "")))
        }
        annotations = (message["annotations"] as? [Any] ?? []).map { Anthropic.text($0) }
        read(usage: completion["usage"] as? [String: Any])
    }

    /// Chunks, put together as an SDK does.
    init(chunks: [[String: Any]]) {
        for chunk in chunks {
            id = chunk["id"] as? String ?? id
            model = chunk["model"] as? String ?? model
            read(usage: chunk["usage"] as? [String: Any])
            guard let choice = (chunk["choices"] as? [[String: Any]])?.first else { continue }
            let delta = choice["delta"] as? [String: Any] ?? [:]
            text += delta["content"] as? String ?? ""
            reasoning += delta["reasoning_content"] as? String ?? ""
            finish = choice["finish_reason"] as? String ?? finish
            annotations += (delta["annotations"] as? [Any] ?? []).map { Anthropic.text($0) }
            for call in delta["tool_calls"] as? [[String: Any]] ?? [] {
                let index = call["index"] as? Int ?? -1
                if index == calls.count { calls.append(Call()) }
                guard calls.indices.contains(index) else { continue }
                let function = call["function"] as? [String: Any] ?? [:]
                calls[index].id += call["id"] as? String ?? ""
                calls[index].name += function["name"] as? String ?? ""
                calls[index].arguments += function["arguments"] as? String ?? ""
            }
        }
        for index in calls.indices { calls[index].arguments = Self.arguments(calls[index].arguments) }
    }

    /// A raw message of the provider; annotations are not read.
    init(message: [String: Any]) {
        id = message["id"] as? String ?? ""
        model = message["model"] as? String ?? ""
        for block in message["content"] as? [[String: Any]] ?? [] {
            switch block["type"] as? String {
            case "text": text += block["text"] as? String ?? ""
            case "thinking": reasoning += block["thinking"] as? String ?? ""
            case "tool_use":
                calls.append(
                    Call(
                        id: block["id"] as? String ?? "", name: block["name"] as? String ?? "",
                        arguments: Anthropic.text(block["input"])))
            default: break
            }
        }
        let finishes = [
            "end_turn": "stop", "stop_sequence": "stop", "pause_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length",
            "model_context_window_exceeded": "length", "refusal": "content_filter",
        ]
        finish = finishes[message["stop_reason"] as? String ?? ""] ?? "stop"
        let usage = message["usage"] as? [String: Any] ?? [:]
        cached = usage["cache_read_input_tokens"] as? Int ?? 0
        prompt = (usage["input_tokens"] as? Int ?? 0) + cached + (usage["cache_creation_input_tokens"] as? Int ?? 0)
        self.completion = usage["output_tokens"] as? Int ?? 0
    }

    private mutating func read(usage: [String: Any]?) {
        guard let usage else { return }
        prompt = usage["prompt_tokens"] as? Int ?? -1
        completion = usage["completion_tokens"] as? Int ?? -1
        cached = (usage["prompt_tokens_details"] as? [String: Any])?["cached_tokens"] as? Int ?? -1
    }

    /// The message that a stream's raw events add up to.
    static func message(of events: [[String: Any]]) -> [String: Any] {
        var message: [String: Any] = [:]
        var blocks: [Int: [String: Any]] = [:]
        var inputs: [Int: String] = [:]
        for event in events {
            let index = event["index"] as? Int ?? 0
            switch event["type"] as? String {
            case "message_start": message = event["message"] as? [String: Any] ?? [:]
            case "content_block_start": blocks[index] = event["content_block"] as? [String: Any]
            case "content_block_delta":
                let delta = event["delta"] as? [String: Any] ?? [:]
                inputs[index, default: ""] += delta["partial_json"] as? String ?? ""
                for key in ["text", "thinking", "signature"] {
                    guard let piece = delta[key] as? String else { continue }
                    let before = blocks[index]?[key] as? String ?? ""
                    blocks[index]?[key] = before + piece
                }
                if let citation = delta["citation"] {
                    let before = blocks[index]?["citations"] as? [Any] ?? []
                    blocks[index]?["citations"] = before + [citation]
                }
                if delta["type"] as? String == "compaction_delta" { blocks[index]?["content"] = delta["content"] }
            case "message_delta":
                for (key, value) in event["delta"] as? [String: Any] ?? [:] { message[key] = value }
                var usage = message["usage"] as? [String: Any] ?? [:]
                for (key, value) in event["usage"] as? [String: Any] ?? [:] where !(value is NSNull) { usage[key] = value }
                message["usage"] = usage
                for (key, value) in event where !["type", "delta", "usage"].contains(key) { message[key] = value }
            default: break
            }
        }
        for (index, input) in inputs where !input.isEmpty {
            blocks[index]?["input"] = try? JSONSerialization.jsonObject(with: Data(input.utf8), options: .fragmentsAllowed)
        }
        message["content"] = blocks.sorted { $0.key < $1.key }.map(\.value)
        return message
    }

    /// The blocks that a stream's `content_blocks` pieces add up to, by index.
    static func blocks(of chunks: [[String: Any]]) -> [Int: [String: Any]] {
        var blocks: [Int: [String: Any]] = [:]
        var inputs: [Int: String] = [:]
        for chunk in chunks {
            let delta = (chunk["choices"] as? [[String: Any]])?.first?["delta"] as? [String: Any]
            for piece in delta?["content_blocks"] as? [[String: Any]] ?? [] {
                let index = piece["index"] as? Int ?? -1
                for (key, value) in piece["delta"] as? [String: Any] ?? [:] {
                    if key == "citation" {
                        let before = blocks[index]?["citations"] as? [Any] ?? []
                        blocks[index]?["citations"] = before + [value]
                    } else if key == "partial_json" {
                        inputs[index, default: ""] += value as? String ?? ""
                    } else if let text = value as? String, ["text", "thinking", "signature"].contains(key) {
                        let before = blocks[index]?[key] as? String ?? ""
                        blocks[index, default: [:]][key] = before + text
                    } else if key != "estimated_tokens" {
                        blocks[index, default: [:]][key] = value
                    }
                }
            }
        }
        for (index, input) in inputs where !input.isEmpty {
            blocks[index]?["input"] = try? JSONSerialization.jsonObject(with: Data(input.utf8), options: .fragmentsAllowed)
        }
        return blocks
    }
}
