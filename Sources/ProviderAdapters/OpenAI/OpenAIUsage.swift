// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Takes over what an answer or a chunk says of its usage: `usage`, and Groq's `x_groq.usage`, which repeats it on the last chunk of a
/// stream whose caller did not ask for `include_usage`.
func readOpenAIUsage(_ document: JSONDocument, _ root: JSONNode, into usage: inout Usage) {
    if let node = document.find("usage", in: root), document.kind(node) == .object {
        usage.merge(openAIUsage(document, node))
    } else if let node = document.find(path: "x_groq", "usage", in: root), document.kind(node) == .object {
        usage.merge(openAIUsage(document, node))
    }
}

/// The figures of one usage object. Where providers put the same figure in different places, the first that is there counts.
private func openAIUsage(_ document: JSONDocument, _ node: JSONNode) -> Usage {
    func count(_ keys: StaticString...) -> Int? {
        var node = node
        for key in keys {
            guard let next = document.find(key, in: node) else { return nil }
            node = next
        }
        return document.int(node).flatMap { $0 < 0 ? nil : $0 }
    }
    var usage = Usage(inputTokens: count("prompt_tokens"), outputTokens: count("completion_tokens"))
    usage.reasoningOutputTokens = count("completion_tokens_details", "reasoning_tokens") ?? count("reasoning_tokens")
    usage.cacheReadInputTokens =
        count("prompt_tokens_details", "cached_tokens") ?? count("prompt_cache_hit_tokens") ?? count("cache_read_input_tokens")
        ?? count("cached_tokens") ?? count("num_cached_tokens")
    usage.cacheCreationInputTokens = count("prompt_tokens_details", "cache_write_tokens") ?? count("cache_creation_input_tokens")
    // xAI counts reasoning beside `completion_tokens`, the others within: the total tells.
    if let input = usage.inputTokens, let output = usage.outputTokens, let reasoning = usage.reasoningOutputTokens, reasoning > 0,
        let total = count("total_tokens"), total &- input &- output == reasoning
    {
        usage.outputTokens = output &+ reasoning
    }
    return usage
}

/// The model that an answer or a chunk names; an empty one (Azure's first chunk) is none.
func openAIModel(_ document: JSONDocument, _ root: JSONNode) -> String? {
    guard let node = document.find("model", in: root), let name = document.string(node), !name.isEmpty else { return nil }
    return name
}
