// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Tools and tool choice.
extension AnthropicRequest {
    var hasTools: Bool {
        guard let tools = parameter("tools") else { return false }
        var elements = document.elements(of: tools)
        return elements.next() != nil
    }

    mutating func writeTools() throws(GatewayFailure) {
        guard hasTools, let tools = parameter("tools") else {
            // Nothing to choose from; the provider refuses a choice then.
            if parameter("tool_choice") != nil { drop("tool_choice") }
            if parameter("parallel_tool_calls").flatMap(document.bool) == false { drop("parallel_tool_calls") }
            return
        }
        json.key("tools")
        json.beginArray()
        for (index, tool) in document.elements(of: tools).enumerated() { try write(tool: tool, at: "request.tools[\(index)]") }
        json.endArray()
        try writeToolChoice()
    }

    private mutating func write(tool: JSONNode, at path: String) throws(GatewayFailure) {
        let type = value("type", in: tool)
        let isFunction = type.map { document.isString($0, "function") } ?? false
        if !isFunction, value("function", in: tool) == nil {
            if let type = type.flatMap(document.string) { return try writeNative(tool, type: type, at: path) }
            if value("input_schema", in: tool) != nil { return json.raw(document.raw(tool)) }
        }
        guard let function = value("function", in: tool), let name = value("name", in: function), document.kind(name) == .string
        else {
            throw .invalidParams("\(path).function.name", "A function tool needs a function with a name.")
        }
        json.beginObject()
        json.key("name")
        json.raw(document.raw(name))
        copy(["description"], from: function)
        json.key("input_schema")
        try writeSchema(value("parameters", in: function), at: "\(path).function.parameters")
        copy(["strict"], from: function)
        let own: [StaticString] = [
            "cache_control", "defer_loading", "allowed_callers", "input_examples", "eager_input_streaming",
        ]
        // Either place is in use among callers; the tool's own wins.
        for key in own { copy([key], from: value(key, in: tool) != nil ? tool : function) }
        json.endObject()
        let known = Set(own.map(\.description))
        let functionMembers: Set<String> = ["name", "description", "parameters", "strict"]
        noteUnknown(in: function, known: known.union(functionMembers), prefix: "tools[].function.")
        noteUnknown(in: tool, known: known.union(["type", "function"]), prefix: "tools[].")
    }

    /// Raw, but for the `type` that this provider demands.
    private mutating func writeSchema(_ schema: JSONNode?, at path: String) throws(GatewayFailure) {
        guard let schema else { return json.raw(#"{"type":"object","properties":{}}"#) }
        guard document.kind(schema) == .object else {
            throw .invalidParams(path, "A tool's parameters must be a JSON Schema object.")
        }
        if value("type", in: schema) != nil { return json.raw(document.raw(schema)) }
        json.beginObject()
        json.key("type")
        json.string("object")
        for member in document.members(of: schema) where !document.isString(member.key, "type") {
            json.key(raw: document.raw(member.key))
            json.raw(document.raw(member.value))
        }
        json.endObject()
    }

    /// A tool of the provider's own (`{"type": "web_search_20250305", …}`), raw, or in Portkey's form, whose options stand under
    /// its type and name it: `{"type": "computer", "computer": {"name": "computer_20250124", …}}`.
    private mutating func writeNative(_ tool: JSONNode, type: String, at path: String) throws(GatewayFailure) {
        guard let options = document.find(type, in: tool), document.kind(options) == .object else {
            if let beta = Self.beta(ofTool: type) { need(beta: beta) }
            return json.raw(document.raw(tool))
        }
        guard let name = value("name", in: options), let nativeType = document.string(name), type != "custom" else {
            throw .invalidParams(path, "Anthropic has no \(type) tools of this form; use a function or one of its own types.")
        }
        if let beta = Self.beta(ofTool: nativeType) { need(beta: beta) }
        json.beginObject()
        json.key("type")
        json.raw(document.raw(name))
        json.key("name")
        json.string(type)
        for member in document.members(of: options) where member.value != name {
            json.key(raw: document.raw(member.key))
            json.raw(document.raw(member.value))
        }
        copy(["cache_control"], from: tool)
        json.endObject()
        noteUnknown(in: tool, known: ["type", type, "cache_control"], prefix: "tools[].")
    }

    /// Computer use has a beta for each of its tools, dated as the tool is.
    private static func beta(ofTool type: String) -> String? {
        if type == "advisor_20260301" { return "advisor-tool-2026-03-01" }
        let prefix = "computer_"
        guard type.hasPrefix(prefix) else { return nil }
        let date = Array(type.utf8.dropFirst(prefix.utf8.count))
        guard date.count == 8, date.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return nil }
        let text = String(decoding: date, as: UTF8.self)
        return "computer-use-\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"
    }

    // MARK: Tool choice

    private mutating func writeToolChoice() throws(GatewayFailure) {
        let serial = parameter("parallel_tool_calls").flatMap(document.bool) == false
        guard let choice = parameter("tool_choice") else {
            if !serial { return }
            json.key("tool_choice")
            return writeChoice(type: "auto", serial: true)
        }
        if document.kind(choice) == .string {
            guard let type = nativeChoice(choice) else {
                throw .invalidParams("request.tool_choice", "tool_choice must be auto, none, required or name a function.")
            }
            json.key("tool_choice")
            return writeChoice(type: type, serial: serial)
        }
        guard let type = value("type", in: choice) else {
            throw .invalidParams("request.tool_choice.type", "tool_choice must be auto, none, required or name a function.")
        }
        if document.isString(type, "function") || document.isString(type, "tool") {
            let holder = document.isString(type, "tool") ? choice : value("function", in: choice)
            guard let name = holder.flatMap({ value("name", in: $0) }), document.kind(name) == .string else {
                throw .invalidParams("request.tool_choice.function.name", "tool_choice must name the function.")
            }
            json.key("tool_choice")
            return writeChoice(type: "tool", name: name, serial: serial || isSerial(choice))
        }
        guard let native = nativeChoice(type) else { return drop("tool_choice") }
        json.key("tool_choice")
        writeChoice(type: native, serial: serial || isSerial(choice))
    }

    private func isSerial(_ choice: JSONNode) -> Bool {
        value("disable_parallel_tool_use", in: choice).flatMap(document.bool) ?? false
    }

    private func nativeChoice(_ node: JSONNode) -> StaticString? {
        if document.isString(node, "auto") { return "auto" }
        if document.isString(node, "none") { return "none" }
        return document.isString(node, "required") || document.isString(node, "any") ? "any" : nil
    }

    private mutating func writeChoice(type: StaticString, name: JSONNode? = nil, serial: Bool) {
        json.beginObject()
        json.key("type")
        json.string(type)
        if let name {
            json.key("name")
            json.raw(document.raw(name))
        }
        // Where no tool may be called there is nothing to say about several.
        if serial, type.description != "none" {
            json.key("disable_parallel_tool_use")
            json.bool(true)
        }
        json.endObject()
    }
}
