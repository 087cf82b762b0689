// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// How `thinking`, `reasoning_effort` and `response_format` are asked for.
///
/// Decided by the generation: adaptive thinking with an effort from 4.6 on, a budget before, nothing before 3.7.
extension AnthropicRequest {
    enum Thinking {
        case unsaid
        case disabled
        /// The caller's own `thinking`, and an effort if the model has efforts.
        case own(JSONNode, isOn: Bool, effort: StaticString?)
        case adaptive(effort: StaticString)
        /// An effort alone: it also governs an answer without thinking.
        case effort(StaticString)
        case budget(Int)

        /// Thinking is on, which narrows what else may be set.
        var isOn: Bool {
            switch self {
            case .own(_, let isOn, _): isOn
            case .adaptive, .budget: true
            case .unsaid, .disabled, .effort: false
            }
        }

        var effort: StaticString? {
            switch self {
            case .own(_, _, let effort): effort
            case .adaptive(let effort), .effort(let effort): effort
            case .unsaid, .disabled, .budget: nil
            }
        }
    }

    mutating func thinkingToSend() throws(GatewayFailure) -> Thinking {
        let effort = try effortAsked()
        if let own = parameter("thinking") {
            let isOff = value("type", in: own).map { document.isString($0, "disabled") } ?? false
            if effort != nil, !model.takesAdaptiveThinking { drop("reasoning_effort") }
            let sent = model.takesAdaptiveThinking ? effort.flatMap(effortToSend) : nil
            return .own(own, isOn: !isOff, effort: sent)
        }
        guard let effort else { return .unsaid }
        if effort == .none { return withoutThinking() }
        if model.takesAdaptiveThinking, let level = effortToSend(effort) {
            return forcesTool ? .effort(level) : .adaptive(effort: level)
        }
        guard model.takesThinkingBudget, !forcesTool, !endsInToolUseWithoutThinking, let budget = budget(for: effort) else {
            drop("reasoning_effort")
            return .unsaid
        }
        return .budget(budget)
    }

    mutating func writeThinking(_ thinking: Thinking) {
        switch thinking {
        case .unsaid, .effort: return
        case .own(let node, _, _):
            json.key("thinking")
            json.raw(document.raw(node))
        case .disabled:
            json.key("thinking")
            json.raw(#"{"type":"disabled"}"#)
        case .adaptive:
            json.key("thinking")
            json.raw(#"{"type":"adaptive"}"#)
        case .budget(let tokens):
            json.key("thinking")
            json.beginObject()
            json.key("type")
            json.string("enabled")
            json.key("budget_tokens")
            json.int(tokens)
            json.endObject()
        }
    }

    /// Writes the caller's own `output_config` with an effort and a format that it does not have yet.
    mutating func writeOutputConfig(effort: StaticString?) throws(GatewayFailure) {
        let own = parameter("output_config")
        let hasEffort = own.map { value("effort", in: $0) != nil } ?? false
        let hasFormat = own.map { value("format", in: $0) != nil } ?? false
        if hasEffort, effort != nil { drop("reasoning_effort") }
        let schema = try schemaAsked(unless: hasFormat)
        if own == nil, effort == nil, schema == nil { return }
        json.key("output_config")
        json.beginObject()
        if let own {
            for member in document.members(of: own) {
                json.key(raw: document.raw(member.key))
                json.raw(document.raw(member.value))
            }
        }
        if let effort, !hasEffort {
            json.key("effort")
            json.string(effort)
        }
        if let schema {
            json.key("format")
            json.beginObject()
            json.key("type")
            json.string("json_schema")
            json.key("schema")
            json.raw(document.raw(schema))
            json.endObject()
        }
        json.endObject()
    }

    /// `json_object` has no counterpart: it is named, and no words are put into the caller's prompt (which says "JSON" anyway, as
    /// OpenAI demands).
    private mutating func schemaAsked(unless hasFormat: Bool) throws(GatewayFailure) -> JSONNode? {
        guard let format = parameter("response_format"), let type = value("type", in: format) else { return nil }
        if document.isString(type, "text") { return nil }
        guard document.isString(type, "json_schema"), !hasFormat else {
            drop("response_format")
            return nil
        }
        guard let schema = value("json_schema", in: format).flatMap({ value("schema", in: $0) }), document.kind(schema) == .object
        else {
            throw .invalidParams("request.response_format.json_schema.schema", "A json_schema format needs a schema object.")
        }
        return schema
    }

    // MARK: Effort

    private enum Effort: String {
        case none, minimal, low, medium, high, xhigh, max
    }

    private func effortAsked() throws(GatewayFailure) -> Effort? {
        guard let node = parameter("reasoning_effort") else { return nil }
        guard let effort = document.string(node).flatMap(Effort.init) else {
            throw .invalidParams(
                "request.reasoning_effort", "reasoning_effort must be one of none, minimal, low, medium, high, xhigh, max.")
        }
        return effort
    }

    /// The nearest level that the model knows; nil for none.
    private func effortToSend(_ effort: Effort) -> StaticString? {
        switch effort {
        case .none: nil
        case .minimal, .low: "low"
        case .medium: "medium"
        case .high: "high"
        case .xhigh: model.takesExtraHighEffort ? "xhigh" : "high"
        case .max: "max"
        }
    }

    private mutating func withoutThinking() -> Thinking {
        if model.alwaysThinks {
            drop("reasoning_effort")
            return .unsaid
        }
        return model.thinksByDefault ? .disabled : .unsaid
    }

    /// A share of `max_tokens`, which a budget is part of; nil where there is no room for the smallest one and an answer.
    private func budget(for effort: Effort) -> Int? {
        let share: Int
        switch effort {
        case .none: return nil
        case .minimal: share = 10
        case .low: share = 20
        case .medium: share = 50
        case .high, .xhigh, .max: share = 80
        }
        let smallest = 1024, largest = 32_000
        if maxTokens <= smallest { return nil }
        return min(max(min(maxTokens, 1_000_000) * share / 100, smallest), largest)
    }

    // MARK: What thinking does not go with

    /// A tool must be called: the provider refuses to think before that.
    private var forcesTool: Bool {
        guard let choice = parameter("tool_choice"), hasTools else { return false }
        if document.kind(choice) == .string { return document.isString(choice, "required") }
        guard let type = value("type", in: choice) else { return false }
        return document.isString(type, "function") || document.isString(type, "tool") || document.isString(type, "any")
    }

    /// With a budget, the turn whose tool results come now must begin with its thinking; callers of OpenAI's form seldom keep it.
    private var endsInToolUseWithoutThinking: Bool {
        guard let messages = parameter("messages") else { return false }
        let turn = document.elements(of: messages).reversed().first { !isRole($0, "tool") }
        guard let turn, isRole(turn, "assistant"), value("tool_calls", in: turn) != nil else { return false }
        return value("content_blocks", in: turn) == nil && value("thinking_blocks", in: turn) == nil
    }
}
