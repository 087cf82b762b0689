// SPDX-License-Identifier: Apache-2.0

/// What a generation of Claude accepts, read off the model's name: the provider publishes it for people only, and answers 400 to
/// the rest.
struct AnthropicModel {
    /// `100 * major + minor`: 305 for `claude-3-5-haiku-20241022`. A Claude whose name has no number counts as the newest; nil is
    /// somebody else's model behind the same dialect, of which only the oldest rules are expected.
    let version: Int?
    /// It thinks whatever it is told, so thinking can't be switched off.
    let alwaysThinks: Bool

    init(_ name: String) {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        guard let start = words.firstIndex(of: "claude") else {
            version = nil
            alwaysThinks = false
            return
        }
        let version = Self.version(words[start...])
        self.version = version
        alwaysThinks = version >= 505 || words.contains("fable") || words.contains("mythos")
    }

    /// The first number of one or two digits, and the one behind it, if any; longer numbers are dates.
    private static func version(_ words: ArraySlice<Substring>) -> Int {
        func number(_ index: Int) -> Int? {
            guard index < words.endIndex, words[index].utf8.count <= 2 else { return nil }
            return Int(words[index])
        }
        guard let first = words.indices.first(where: { number($0) != nil }), let major = number(first) else { return .max }
        return 100 * major + (number(first + 1) ?? 0)
    }

    /// `thinking: {"type": "adaptive"}` with `output_config.effort`; from 4.7 on the only form.
    var takesAdaptiveThinking: Bool { version.map { $0 >= 406 } ?? false }

    /// `thinking: {"type": "enabled", "budget_tokens": n}`.
    var takesThinkingBudget: Bool { version.map { (307..<406).contains($0) } ?? true }

    /// Thinking is on unless it is switched off.
    var thinksByDefault: Bool { version.map { $0 >= 500 } ?? false }

    /// `temperature`, `top_p` and `top_k`; 4.7 and later answer 400 to all of them.
    var takesSampling: Bool { version.map { $0 < 407 } ?? true }

    /// `temperature` and `top_p` in one request; 4.1 and later want one of them at most.
    var takesTemperatureWithTopP: Bool { version.map { $0 <= 400 } ?? true }

    /// The effort above `high`; 4.6 knows `max` but not this one.
    var takesExtraHighEffort: Bool { version.map { $0 >= 407 } ?? false }

    /// What `max_tokens`, which this provider demands, is when the caller did not say it. OpenAI's form sets no bound then, so
    /// it is the generation's own limit where it may be large, the lowest of its models': a higher one is refused.
    var defaultMaxTokens: Int {
        guard let version else { return 8192 }  // What others offer behind this dialect: rarely less than that.
        return switch version {
        case ..<305: 4096  // Claude 2, 3: their limit.
        case ..<307: 8192  // 3.5: its limit.
        case ..<405: 32_000  // 3.7, 4, 4.1: Opus 4 ends there, the others later.
        default: 64_000  // 4.5 and later: 64 k at least, 128 k for some.
        }
    }
}
