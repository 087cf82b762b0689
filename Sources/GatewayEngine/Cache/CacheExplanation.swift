// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What the cache would do for a call, and why.
package struct CacheExplanation: Sendable {
    /// A question that is near enough to be looked at.
    package struct Candidate: Sendable {
        package var entry: String
        /// The kept question.
        package var text: String
        /// Cosine.
        package var score: Double
        /// The class of the edit between the two: `same_words`, `restructured`, `insertion`, `substitution`.
        package var edit: String
        /// What the score must be at least: of the class, or what the entry has learned.
        package var needed: Double
        /// The name of the veto that speaks against it (`numbers`), and why.
        package var veto: String?
        package var reason: String?
        package var isHit: Bool
        package var ageSeconds: Int

        package init(
            entry: String, text: String, score: Double, edit: String, needed: Double, veto: String? = nil,
            reason: String? = nil, isHit: Bool, ageSeconds: Int
        ) {
            self.entry = entry
            self.text = text
            self.score = score
            self.edit = edit
            self.needed = needed
            self.veto = veto
            self.reason = reason
            self.isHit = isHit
            self.ageSeconds = ageSeconds
        }
    }

    /// What the call's reply would say.
    package var status: CacheStatus
    /// Of the rule: `off`, `simple`, `semantic` or `shadow`.
    package var mode: String
    package var scope: String
    package var namespace: String?
    /// The path in the config of the leaf whose rule it is.
    package var target: String?
    /// What the same request is found by, in hexadecimal; nil without a rule.
    package var entry: String?
    /// Why no question was compared, or nil.
    package var bypass: String?
    /// What had to be equal for a question to be compared, in words, and how many such questions there are.
    package var partition: String?
    /// The nearest first.
    package var candidates: [Candidate] = []

    package init(status: CacheStatus, mode: String, scope: String) {
        self.status = status
        self.mode = mode
        self.scope = scope
    }
}
