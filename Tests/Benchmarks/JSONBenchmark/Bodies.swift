// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// The bodies that are measured, generated so that every run sees the same bytes.
enum Bodies {
    /// One short question: what most requests of a tool look like.
    static func short() -> [UInt8] {
        chat { json in
            message("system", "You are a helpful assistant. Answer in one sentence.", &json)
            message("user", "What is the capital of France, and how many people live there? Say where you know it from.", &json)
        }
    }

    /// A conversation of many turns with tool calls: text of all kinds, escapes, numbers, small objects; about 8 KB.
    static func conversation() -> [UInt8] {
        chat { json in
            message("system", "You are a careful assistant.\nAnswer in Markdown.\nNever guess: say \"I don't know\".", &json)
            for turn in 0..<8 {
                message("user", question(turn), &json)
                toolCall(turn, &json)
                message("assistant", answer(turn), &json)
            }
        }
    }

    /// One image as base64: 200 KB of one string.
    static func image() -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var state: UInt64 = 1
        let base64 = (0..<200_000).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return alphabet[Int(state >> 58)]
        }
        return chat { json in
            json.beginObject()
            json.key("role"); json.string("user")
            json.key("content")
            json.beginArray()
            json.beginObject()
            json.key("type"); json.string("image_url")
            json.key("image_url")
            json.beginObject()
            json.key("url"); json.string("data:image/png;base64," + String(decoding: base64, as: UTF8.self))
            json.endObject()
            json.endObject()
            json.endArray()
            json.endObject()
        }
    }

    private static func chat(_ messages: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("jsonrpc"); json.string("2.0")
        json.key("id"); json.int(1)
        json.key("method"); json.string("chat.completions.create")
        json.key("params")
        json.beginObject()
        json.key("request")
        json.beginObject()
        json.key("model"); json.string("gpt-4o-mini")
        json.key("temperature"); json.double(0.7)
        json.key("max_tokens"); json.int(1024)
        json.key("messages")
        json.beginArray()
        messages(&json)
        json.endArray()
        json.endObject()
        json.key("options")
        json.beginObject()
        json.key("virtual_key"); json.string("openai-prod")
        json.endObject()
        json.endObject()
        json.endObject()
        return json.bytes
    }

    private static func message(_ role: StaticString, _ content: String, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("role"); json.string(role)
        json.key("content"); json.string(content)
        json.endObject()
    }

    private static func toolCall(_ turn: Int, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("role"); json.string("assistant")
        json.key("content"); json.null()
        json.key("tool_calls")
        json.beginArray()
        json.beginObject()
        json.key("id"); json.string("call_\(turn)_a8f3")
        json.key("type"); json.string("function")
        json.key("function")
        json.beginObject()
        json.key("name"); json.string("search")
        json.key("arguments"); json.string("{\"query\":\"turn \(turn)\",\"limit\":10}")
        json.endObject()
        json.endObject()
        json.endArray()
        json.endObject()
        json.beginObject()
        json.key("role"); json.string("tool")
        json.key("tool_call_id"); json.string("call_\(turn)_a8f3")
        json.key("content"); json.string("[{\"title\":\"Result \(turn)\",\"score\":0.93},{\"title\":\"Another\",\"score\":0.41}]")
        json.endObject()
    }

    private static func question(_ turn: Int) -> String {
        "Question \(turn): I have a list of measurements, one a line, and I want the median of each group of seven without "
            + "loading the whole file. How would you write that so that a colleague can read it next year? Show code and say "
            + "what it costs."
    }

    private static func answer(_ turn: Int) -> String {
        "Here is a way that reads one group at a time \u{2013} it never holds more than seven values.\n\n```python\nfor group in "
            + "grouped(lines, 7):\n    print(sorted(group)[3])\n```\n\nSorting seven values is cheap, and the file is read once. "
            + "If a group may be shorter at the end, take the middle of what is there instead. Turn \(turn) caf\u{E9}."
    }
}
