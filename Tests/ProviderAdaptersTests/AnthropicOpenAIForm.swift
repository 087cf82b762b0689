// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A native request said in OpenAI's form; nil where that has no word for it.
struct OpenAIForm {
    private(set) var request: [String: Any]?

    init(_ native: [String: Any]) {
        var request: [String: Any] = [:]
        var messages: [[String: Any]] = []
        for (key, value) in native where !(value is NSNull) {
            switch key {
            case "system": messages.insert(["role": "system", "content": value], at: 0)
            case "messages", "tool_choice", "output_config": continue
            case "tools":
                request["tools"] = (value as? [[String: Any]])?.map(Self.tool)
            case "stop_sequences": request["stop"] = value
            case "output_format": return
            default: request[key] = value
            }
        }
        for message in native["messages"] as? [[String: Any]] ?? [] {
            guard let own = Self.messages(message) else { return }
            messages += own
        }
        request["messages"] = messages
        if let choice = native["tool_choice"] as? [String: Any] {
            switch choice["type"] as? String {
            case "any": request["tool_choice"] = "required"
            case "tool": request["tool_choice"] = ["type": "function", "function": ["name": choice["name"] ?? ""]]
            default: request["tool_choice"] = choice["type"]
            }
            if choice["disable_parallel_tool_use"] as? Bool == true { request["parallel_tool_calls"] = false }
        }
        if let output = native["output_config"] as? [String: Any] {
            if let format = output["format"] as? [String: Any] {
                request["response_format"] = [
                    "type": "json_schema", "json_schema": ["name": "answer", "schema": format["schema"] ?? [:]],
                ]
            }
            if let effort = output["effort"] {
                // An effort alone would mean to think; the native request says so on its own, or not at all.
                request["output_config"] = ["effort": effort]
            }
        }
        self.request = request
    }

    private static func tool(_ native: [String: Any]) -> [String: Any] {
        guard native["input_schema"] != nil else { return native }
        var function: [String: Any] = [:], tool: [String: Any] = ["type": "function"]
        for (key, value) in native {
            switch key {
            case "input_schema": function["parameters"] = value
            case "name", "description", "strict": function[key] = value
            case "type": continue
            default: tool[key] = value
            }
        }
        tool["function"] = function
        return tool
    }

    private static func messages(_ native: [String: Any]) -> [[String: Any]]? {
        let role = native["role"] as? String ?? ""
        guard ["user", "assistant"].contains(role) else { return nil }
        guard let blocks = native["content"] as? [[String: Any]] else { return [native] }
        if role == "assistant" { return [assistant(blocks)] }
        var messages: [[String: Any]] = []
        var parts: [[String: Any]] = []
        for block in blocks {
            if block["type"] as? String == "tool_result" {
                if !parts.isEmpty { messages.append(["role": "user", "content": parts]) }
                parts = []
                var message: [String: Any] = ["role": "tool", "tool_call_id": block["tool_use_id"] ?? ""]
                for key in ["content", "is_error", "cache_control"] { message[key] = block[key] }
                messages.append(message)
            } else {
                parts.append(part(block))
            }
        }
        if !parts.isEmpty { messages.append(["role": "user", "content": parts]) }
        return messages
    }

    private static func part(_ block: [String: Any]) -> [String: Any] {
        guard let source = block["source"] as? [String: Any] else { return block }
        var part: [String: Any] = block.filter { ["cache_control", "citations", "context"].contains($0.key) }
        let url = (source["url"] as? String) ?? "data:\(source["media_type"] ?? "");base64,\(source["data"] ?? "")"
        if block["type"] as? String == "image", source["type"] as? String != "file" {
            part["type"] = "image_url"
            part["image_url"] = ["url": url]
            return part
        }
        guard block["type"] as? String == "document" else { return block }
        part["type"] = "file"
        var file: [String: Any] = [:]
        if let title = block["title"] { file["filename"] = title }
        switch source["type"] as? String {
        case "url": file["file_url"] = source["url"]
        case "file": file["file_id"] = source["file_id"]
        case "text":
            file["file_data"] = source["data"]
            file["mime_type"] = "text/csv"
        default: file["file_data"] = url
        }
        part["file"] = file
        return part
    }

    private static func assistant(_ blocks: [[String: Any]]) -> [String: Any] {
        var message: [String: Any] = ["role": "assistant", "content": NSNull()]
        var text = ""
        var calls: [[String: Any]] = []
        var isPlain = true
        for block in blocks {
            switch block["type"] as? String {
            case "text":
                text += block["text"] as? String ?? ""
                if block.keys.contains(where: { !["type", "text"].contains($0) }) { isPlain = false }
            case "tool_use":
                let arguments = String(decoding: Anthropic.bytes(block["input"] ?? [:]), as: UTF8.self)
                let function: [String: Any] = ["name": block["name"] ?? "", "arguments": arguments]
                calls.append(["id": block["id"] ?? "", "type": "function", "function": function])
                if block.keys.contains("caller") || block.keys.contains("cache_control") { isPlain = false }
            default: isPlain = false
            }
        }
        if blocks.count(where: { $0["type"] as? String == "text" }) > 1 { isPlain = false }
        if !text.isEmpty { message["content"] = text }
        if !calls.isEmpty { message["tool_calls"] = calls }
        if !isPlain { message["content_blocks"] = blocks }
        return message
    }
}
