// SPDX-License-Identifier: Apache-2.0

/// How the values that a member has in a stream's pieces become its one value in the whole answer. Null, `""`, `{}` and `[]` say
/// nothing: they stand only where no piece says more.
indirect enum JoinRule: Sendable {
    /// No part of the whole answer.
    case drop
    /// All pieces that say something say the same; where they differ, nobody knows the whole.
    case same
    /// The first that says something; 0 says nothing here.
    case first
    case last
    /// As `last`, but not written where all are null.
    case lastSaid
    /// Strings, one behind the other. A value of another kind stands alone.
    case text
    /// The elements of arrays, one behind the other.
    case list
    /// Member by member.
    case object(JoinTable)
    /// Elements of arrays with the same `index` are one, member by member. Where an index is needed, one without must have an
    /// `id` of its own, and is whole; where it is not, those without are each its own, and those of another `type` are others.
    case items(JoinTable, needsIndex: Bool)
    /// Keeps the place in the order; its owner writes the member.
    case place(JoinPlace)
}

enum JoinPlace: Sendable {
    case object, choices, message, blocks, content, input
}

/// The rules of an object's members.
struct JoinTable: Sendable {
    let rules: [(key: StaticString, rule: JoinRule)]
    /// For a member that has no rule: one that is not known.
    let others: JoinRule

    init(_ rules: [(key: StaticString, rule: JoinRule)] = [], others: JoinRule = .same) {
        self.rules = rules
        self.others = others
    }
}

// MARK: Chat

extension JoinTable {
    /// A chunk. `obfuscation` and `p` are padding against observers. What providers add (timings, citations that each chunk
    /// repeats, Groq's own) they send once or growing: the last one is whole.
    static let chunk = JoinTable([
        ("id", .first), ("object", .place(.object)), ("created", .first), ("model", .first), ("choices", .place(.choices)),
        ("usage", .lastSaid), ("system_fingerprint", .last), ("service_tier", .last), ("obfuscation", .drop), ("p", .drop),
        ("provider", .last), ("citations", .last), ("search_results", .last), ("prompt_filter_results", .last),
        ("timings", .last), ("time_info", .last), ("latency_checkpoint", .last), ("x_groq", .object(JoinTable(others: .last))),
        ("system", .last), ("created_at", .first),
    ])

    /// A choice. `message` and `text` repeat what the deltas say.
    static let choice = JoinTable([
        ("delta", .place(.message)), ("finish_reason", .last),
        ("logprobs", .object(JoinTable([("content", .list), ("refusal", .list)]))),
        ("content_filter_results", .last), ("native_finish_reason", .last), ("stop_reason", .last), ("seed", .last),
        ("token_ids", .list), ("obfuscation", .drop), ("message", .drop), ("text", .drop),
    ])

    /// A delta: a message in pieces.
    static let message = JoinTable([
        ("content", .text), ("refusal", .text), ("reasoning_content", .text), ("reasoning", .text),
        ("tool_calls", .items(toolCall, needsIndex: true)), ("function_call", .object(function)), ("annotations", .list),
        ("content_blocks", .place(.blocks)), ("reasoning_details", .items(reasoning, needsIndex: false)),
        ("provider_metadata", .last), ("token_id", .drop), ("index", .drop),
    ])

    private static let toolCall = JoinTable([
        ("index", .drop), ("function", .object(function)), ("custom", .object(JoinTable([("input", .text)]))),
    ])
    private static let function = JoinTable([("arguments", .text)])
    private static let reasoning = JoinTable([("text", .text), ("summary", .text)])
}

// MARK: Messages

extension JoinTable {
    /// The message that `message_start` begins; what `message_delta` says comes on top.
    static let anthropicMessage = JoinTable(
        [("content", .place(.content)), ("usage", .object(JoinTable(others: .last)))], others: .last)

    /// A content block; `estimated_tokens` is progress, no part of it.
    static let block = JoinTable([
        ("text", .text), ("thinking", .text), ("citations", .list), ("content", .last), ("input", .place(.input)),
        ("estimated_tokens", .drop),
    ])
}
