// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// The parameters beside messages, tools and thinking.
extension AnthropicRequest {
    func maxTokensToSend() throws(GatewayFailure) -> Int {
        let key: StaticString = parameter("max_completion_tokens") != nil ? "max_completion_tokens" : "max_tokens"
        guard let limit = parameter(key) else { return AnthropicDialect.defaultMaxTokens(for: call.model) }
        guard let count = document.int(limit), count > 0 else {
            throw .invalidParams("request.\(key)", "\(key) must be a whole number above 0.")
        }
        return count
    }

    /// - Parameter thinks: thinking is on, beside which only the default temperature is taken.
    mutating func writeSampling(thinks: Bool) throws(GatewayFailure) {
        try writeTemperature(thinks: thinks)
        if let topP = parameter("top_p") {
            let value = try number(topP, "top_p")
            let beside = parameter("temperature") != nil && !dropped.contains("temperature") && !model.takesTemperatureWithTopP
            if !model.takesSampling || beside || thinks && value < 0.95 {
                drop("top_p")
            } else {
                copy(["top_p"], from: call.request)
            }
        }
        if parameter("top_k") != nil {
            if !model.takesSampling || thinks { drop("top_k") } else { copy(["top_k"], from: call.request) }
        }
        if let count = parameter("n"), document.int(count) != 1 { drop("n") }
    }

    /// OpenAI's scale ends at 2, this one at 1; a value that is brought to the bound is named, for it is not what was asked.
    private mutating func writeTemperature(thinks: Bool) throws(GatewayFailure) {
        guard let temperature = parameter("temperature") else { return }
        let value = try number(temperature, "temperature")
        if !model.takesSampling || thinks && value != 1 { return drop("temperature") }
        json.key("temperature")
        if (0...1).contains(value) { return json.raw(document.raw(temperature)) }
        json.int(value > 1 ? 1 : 0)
        drop("temperature")
    }

    private func number(_ node: JSONNode, _ name: String) throws(GatewayFailure) -> Double {
        guard let value = document.double(node) else {
            throw .invalidParams("request.\(name)", "\(name) must be a number.")
        }
        return value
    }

    /// Sequences of white space alone are refused by this provider, so they are left out, and `stop` is named.
    mutating func writeStop() throws(GatewayFailure) {
        let name: StaticString = parameter("stop") != nil ? "stop" : "stop_sequences"
        guard let stop = parameter(name) else { return }
        let isList = document.kind(stop) == .array
        guard isList || document.kind(stop) == .string else {
            throw .invalidParams("request.\(name)", "\(name) must be a string or a list of strings.")
        }
        let asked = isList ? Array(document.elements(of: stop)) : [stop]
        let taken = asked.filter { !isBlank($0) }
        if taken.count < asked.count { drop("\(name)") }
        if taken.isEmpty { return }
        json.key("stop_sequences")
        json.beginArray()
        for sequence in taken { json.raw(document.raw(sequence)) }
        json.endArray()
    }

    /// The end user: `user`, or what else names one. Other metadata has no place here.
    mutating func writeMetadata() {
        let metadata = parameter("metadata")
        let candidates = [parameter("user"), metadata.flatMap { value("user_id", in: $0) }, parameter("safety_identifier")]
        let users = candidates.compactMap(\.self)
        if let user = users.first {
            json.key("metadata")
            json.beginObject()
            json.key("user_id")
            json.raw(document.raw(user))
            json.endObject()
        }
        if let other = candidates[2], users.count > 1, !document.raw(other).elementsEqual(document.raw(users[0])) {
            drop("safety_identifier")
        }
        if let other = candidates[1], candidates[0] != nil, !document.raw(other).elementsEqual(document.raw(users[0])) {
            drop("metadata.user_id")
        }
        if let metadata { noteUnknown(in: metadata, known: ["user_id"], prefix: "metadata.") }
    }

    /// OpenAI's `default` is this provider's `standard_only`; `flex` and `priority` can't be asked for.
    mutating func writeServiceTier() {
        guard let tier = parameter("service_tier") else { return }
        let isAuto = document.isString(tier, "auto")
        guard isAuto || document.isString(tier, "standard_only") || document.isString(tier, "default") else {
            return drop("service_tier")
        }
        json.key("service_tier")
        json.string(isAuto ? "auto" : "standard_only")
    }

    /// Parameters of this provider's own, which a caller may set beside OpenAI's.
    mutating func writeNativeParameters() {
        copy(["container", "mcp_servers", "context_management", "cache_control", "inference_geo"], from: call.request)
        if parameter("mcp_servers") != nil {
            need(beta: hasTool("mcp_toolset") ? "mcp-client-2025-11-20" : "mcp-client-2025-04-04")
        }
        guard let management = parameter("context_management") else { return }
        need(beta: "context-management-2025-06-27")
        guard let edits = value("edits", in: management) else { return }
        for edit in document.elements(of: edits) {
            guard let type = value("type", in: edit).flatMap(document.string), type.hasPrefix("compact_") else { continue }
            need(beta: "compact-2026-01-12")
        }
    }

    private func hasTool(_ type: StaticString) -> Bool {
        guard let tools = parameter("tools") else { return false }
        return document.elements(of: tools).contains { value("type", in: $0).map { document.isString($0, type) } ?? false }
    }
}
