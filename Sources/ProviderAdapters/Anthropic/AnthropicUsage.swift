// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// The tokens an answer reports. In this dialect `input_tokens` counts what no cache served or took; the unified form counts all.
struct AnthropicUsage {
    private var input: Int?
    private var cacheRead: Int?
    private var cacheCreation: Int?
    private var cacheCreationHour: Int?
    private var output: Int?
    private var thinking: Int?
    /// The `usage` objects as they came, the newest last; a stream reports twice, and what it says twice is cumulative.
    private var reports: [JSONDocument] = []

    /// Takes over what `node` says; null says nothing.
    mutating func read(_ node: JSONNode, in document: JSONDocument) {
        func figure(_ key: StaticString) -> Int? { document.find(key, in: node).flatMap(document.int) }
        input = figure("input_tokens") ?? input
        cacheRead = figure("cache_read_input_tokens") ?? cacheRead
        cacheCreation = figure("cache_creation_input_tokens") ?? cacheCreation
        let hour = document.find(path: "cache_creation", "ephemeral_1h_input_tokens", in: node)
        cacheCreationHour = hour.flatMap(document.int) ?? cacheCreationHour
        output = figure("output_tokens") ?? output
        thinking = document.find(path: "output_tokens_details", "thinking_tokens", in: node).flatMap(document.int) ?? thinking
        if let report = try? JSONDocument(Array(document.raw(node))) { reports.append(report) }
    }

    var isEmpty: Bool { reports.isEmpty }

    private var allInput: Int? {
        input == nil && cacheRead == nil && cacheCreation == nil
            ? nil : saturatingSum(saturatingSum(input ?? 0, cacheRead ?? 0), cacheCreation ?? 0)
    }

    var usage: Usage {
        var usage = Usage(
            inputTokens: allInput, outputTokens: output, cacheReadInputTokens: cacheRead, cacheCreationInputTokens: cacheCreation,
            reasoningOutputTokens: thinking)
        usage.cacheCreationHourInputTokens = cacheCreationHour
        return usage
    }

    /// Writes OpenAI's `usage` object. `lenient` keeps what it has no place for beside it, as it came.
    func write(to json: inout JSONWriter, lenient: Bool) {
        let prompt = allInput ?? 0
        json.beginObject()
        json.key("prompt_tokens")
        json.int(prompt)
        json.key("completion_tokens")
        json.int(output ?? 0)
        json.key("total_tokens")
        json.int(saturatingSum(prompt, output ?? 0))
        json.key("prompt_tokens_details")
        json.beginObject()
        json.key("cached_tokens")
        json.int(cacheRead ?? 0)
        json.endObject()
        if let thinking {
            json.key("completion_tokens_details")
            json.beginObject()
            json.key("reasoning_tokens")
            json.int(thinking)
            json.endObject()
        }
        if lenient { writeRest(to: &json) }
        json.endObject()
    }

    /// Members that the unified form has no place for; the newest report of each wins.
    private func writeRest(to json: inout JSONWriter) {
        var written: Set<String> = ["input_tokens", "output_tokens", "output_tokens_details"]
        for report in reports.reversed() {
            for member in report.members(of: report.root) where !report.isNull(member.value) {
                guard let key = report.string(member.key), written.insert(key).inserted else { continue }
                json.key(raw: report.raw(member.key))
                json.rawLine(report.raw(member.value))
            }
        }
    }
}

/// Figures come from outside: a sum that does not fit is the largest number, not a crash.
private func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
}
