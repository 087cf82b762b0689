// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Takes over what the `usage` of an answer or a chunk says.
func readOpenAIUsage(_ document: JSONDocument, _ root: JSONNode, into usage: inout Usage) {
    guard let node = document.find("usage", in: root), document.kind(node) == .object else { return }
    usage.merge(openAIUsage(document, node))
}

/// The same from `x_groq`, in which Groq puts the usage of a stream whose caller did not ask for `include_usage`: in the chunk
/// that has the finish reason. The chunk with `usage`, if one follows, repeats it.
func readGroqUsage(_ document: JSONDocument, _ root: JSONNode, into usage: inout Usage) {
    guard let extra = document.find("x_groq", in: root) else { return }
    readOpenAIUsage(document, extra, into: &usage)
}

/// The figures of one usage object, as chats, responses, images and transcriptions have them. Where providers put the same figure
/// in different places, the first that is there counts.
private func openAIUsage(_ document: JSONDocument, _ node: JSONNode) -> Usage {
    func count(_ key: StaticString, of node: JSONNode?) -> Int? {
        guard let node, let value = document.find(key, in: node).flatMap(document.int), value >= 0 else { return nil }
        return value
    }
    let inputDetails =
        document.find("prompt_tokens_details", in: node) ?? document.find("input_tokens_details", in: node)
        ?? document.find("input_token_details", in: node)
    let outputDetails =
        document.find("completion_tokens_details", in: node) ?? document.find("output_tokens_details", in: node)
    var usage = Usage(
        inputTokens: count("prompt_tokens", of: node) ?? count("input_tokens", of: node),
        outputTokens: count("completion_tokens", of: node) ?? count("output_tokens", of: node))
    usage.reasoningOutputTokens = count("reasoning_tokens", of: outputDetails) ?? count("reasoning_tokens", of: node)
    usage.cacheReadInputTokens =
        count("cached_tokens", of: inputDetails) ?? count("prompt_cache_hit_tokens", of: node)
        ?? count("cache_read_input_tokens", of: node) ?? count("cached_tokens", of: node) ?? count("num_cached_tokens", of: node)
    usage.cacheCreationInputTokens =
        count("cache_write_tokens", of: inputDetails) ?? count("cache_creation_input_tokens", of: node)
    usage.audioInputTokens = count("audio_tokens", of: inputDetails)
    usage.imageInputTokens = count("image_tokens", of: inputDetails)
    usage.audioOutputTokens = count("audio_tokens", of: outputDetails)
    usage.imageOutputTokens = count("image_tokens", of: outputDetails)
    // xAI counts reasoning beside `completion_tokens`, the others within: the total tells.
    if let input = usage.inputTokens, let output = usage.outputTokens, let reasoning = usage.reasoningOutputTokens, reasoning > 0,
        let total = count("total_tokens", of: node), total &- input &- output == reasoning
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
