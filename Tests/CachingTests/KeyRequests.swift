// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import JSONBytes
import TestSupport

/// A JSON value that can be changed and written in many ways.
indirect enum Value: Equatable {
    case literal(String)
    case string(String)
    case array([Value])
    case object([Member])

    struct Member: Equatable {
        var name: String
        var value: Value
    }

    static func object(_ members: KeyValuePairs<String, Value>) -> Value {
        .object(members.map { Member(name: $0.key, value: $0.value) })
    }
}

/// Requests over the whole field set of both dialects.
struct KeyRequests {
    var random: SeededRandom

    mutating func number() -> Value {
        .literal(["0", "1", "1.0", "0.7", "-2", "1e2", "256"].randomElement(using: &random) ?? "0")
    }
    mutating func text() -> Value {
        .string((0..<Int.random(in: 0..<6, using: &random)).map { _ in word() }.joined(separator: " "))
    }
    private mutating func word() -> String {
        ["what", "is", "the", "capital", "é", "\u{1F600}", "\"", "\\", "/", "\n", "a\u{0}b", "\u{FFFD}"].randomElement(
            using: &random) ?? ""
    }

    mutating func request(_ operation: GatewayModel.Operation) -> Value {
        let isChat = operation == .chat
        var fields: [String: Value] = [
            "temperature": number(), "top_p": number(), "max_tokens": number(), "service_tier": .string("auto"),
            "tool_choice": .string("auto"), "parallel_tool_calls": .literal("true"),
            "thinking": .object(["type": .string("enabled")]),
        ]
        let chat: [String: Value] = [
            "n": number(), "stop": .array([text(), text()]), "seed": number(), "presence_penalty": number(),
            "frequency_penalty": number(), "logprobs": .literal("true"), "top_logprobs": number(), "store": .literal("false"),
            "logit_bias": .object(["50256": .literal("-100"), "11": .literal("3")]), "modalities": .array([.string("text")]),
            "max_completion_tokens": number(), "reasoning_effort": .string("low"), "verbosity": .string("low"),
            "response_format": .object([
                "type": .string("json_schema"),
                "json_schema": .object([
                    "name": text(), "schema": .object(["type": .string("object"), "required": .array([text()])]),
                ]),
            ]),
            "prediction": .object(["type": .string("content"), "content": text()]), "web_search_options": .object([:]),
            "tools": .array([
                .object([
                    "type": .string("function"), "function": .object(["name": text(), "parameters": .object(["a": number()])]),
                ])
            ]),
        ]
        let messages: [String: Value] = [
            "system": .array([.object(["type": .string("text"), "text": text()])]), "top_k": number(),
            "stop_sequences": .array([text()]), "container": .literal("null"), "mcp_servers": .array([]),
            "tools": .array([.object(["name": text(), "input_schema": .object(["type": .string("object"), "b": number()])])]),
        ]
        fields.merge(isChat ? chat : messages) { $1 }
        var members = fields.sorted { $0.key < $1.key }.filter { _ in Bool.random(using: &random) }.map {
            Value.Member(name: $0.key, value: $0.value)
        }
        let turns: [Value] = (0..<Int.random(in: 1..<4, using: &random)).flatMap { _ in
            [turn("user"), turn("assistant")]
        }
        members.append(Value.Member(name: "messages", value: .array(turns + [turn("user")])))
        return .object(members)
    }

    private mutating func turn(_ role: String) -> Value {
        let content: Value = Bool.random(using: &random) ? text() : .array([.object(["type": .string("text"), "text": text()])])
        return .object(["role": .string(role), "content": content])
    }

    // MARK: Writing

    /// Writes a value in one of its spellings: members in any order, white space, escapes.
    mutating func spell(_ value: Value) -> String {
        switch value {
        case .literal(let text): return space() + text + space()
        case .string(let text): return space() + spell(text) + space()
        case .array(let elements): return "[" + elements.map { spell($0) }.joined(separator: ",") + "]" + space()
        case .object(let members):
            return "{"
                + members.shuffled(using: &random).map { space() + spell($0.name) + space() + ":" + spell($0.value) }
                .joined(separator: ",") + "}" + space()
        }
    }

    private mutating func space() -> String { random.chance(3) ? [" ", "\n", "\t "].randomElement(using: &random) ?? "" : "" }

    private mutating func spell(_ text: String) -> String {
        var spelled = "\""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if scalar == "/", random.chance(2) {
                spelled += "\\/"
            } else if scalar == "\n", random.chance(2) {
                spelled += "\\n"
            } else if mustEscape || random.chance(5) {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                    spelled += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                spelled.unicodeScalars.append(scalar)
            }
        }
        return spelled + "\""
    }

    // MARK: Changing

    /// Changes something, somewhere: a value, a name, or how many there are.
    mutating func change(_ value: Value) -> Value {
        switch value {
        case .literal(let text): return random.chance(4) ? .string(text) : .literal(text == "null" ? "false" : "12345")
        case .string(let text):
            return random.chance(8) ? .literal("null") : .string(text + ["x", " ", "\u{0}"].randomElement(using: &random)!)
        case .array(var elements):
            guard let place = elements.indices.randomElement(using: &random) else { return .array([.literal("null")]) }
            switch Int.random(in: 0..<4, using: &random) {
            case 0: elements.remove(at: place)
            case 1: elements.insert(elements[place], at: place)
            default: elements[place] = change(elements[place])
            }
            return .array(elements)
        case .object(var members):
            guard let place = members.indices.randomElement(using: &random) else {
                return .object([Value.Member(name: "added", value: .literal("1"))])
            }
            switch Int.random(in: 0..<6, using: &random) {
            case 0: members.remove(at: place)
            case 1: members.append(Value.Member(name: "added", value: .literal("1")))
            case 2: members[place].name += "x"
            default: members[place].value = change(members[place].value)
            }
            return .object(members)
        }
    }
}

let keyContext = CacheContext(
    scope: "uid:1000", operation: .chat, provider: "openai", base: "https://api.openai.com/v1", model: "gpt-4o")

func key(_ text: String, _ context: CacheContext = keyContext) throws -> CacheKey {
    let document = try JSONDocument(text)
    return CacheKey.exact(document: document, request: document.root, context: context)
}
