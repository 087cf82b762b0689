// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// A whole answer that was kept: what a provider said with 200, complete, in the caller's own dialect. An object, so that the
/// memory tier, a reactor and the disk share one copy of its bytes.
package final class CachedAnswer: Sendable {
    package let key: CacheKey
    package let scope: String
    package let namespace: String?
    package let operation: Operation
    package let provider: String
    /// The unified form: one JSON value, without raw line breaks.
    package let body: [UInt8]
    package let usage: Usage
    package let responseModel: String?
    /// The trace of the call that brought it.
    package let traceID: String
    /// Milliseconds since 1970.
    package let storedAtMilliseconds: Int
    /// From then on it is no answer any more. A request with a shorter `max_age` of its own looks at its age.
    package let expiresAtMilliseconds: Int

    package init(
        key: CacheKey, scope: String, namespace: String?, operation: Operation, provider: String, body: [UInt8], usage: Usage,
        responseModel: String?, traceID: String, storedAtMilliseconds: Int, expiresAtMilliseconds: Int
    ) {
        self.key = key
        self.scope = scope
        self.namespace = namespace
        self.operation = operation
        self.provider = provider
        self.body = body
        self.usage = usage
        self.responseModel = responseModel
        self.traceID = traceID
        self.storedAtMilliseconds = storedAtMilliseconds
        self.expiresAtMilliseconds = expiresAtMilliseconds
    }
}

/// The question that an answer was kept for, as the semantic cache finds it again.
package struct CachedPrompt: Sendable {
    /// The answer's key; both live and go together.
    package var key: CacheKey
    /// All that must be equal: see `SemanticRequest`.
    package var partition: CacheKey
    /// The namespace whose false hits are counted together: scope and namespace.
    package var domain: String
    /// The embedded text.
    package var text: String
    package var vector: QuantisedVector
    /// Which embedder made the vector: vectors of another one are never compared with it.
    package var embedder: String
    package var expiresAtMilliseconds: Int
    package var learned: LearnedThreshold

    package init(
        key: CacheKey, partition: CacheKey, domain: String, text: String, vector: QuantisedVector, embedder: String,
        expiresAtMilliseconds: Int, learned: LearnedThreshold = LearnedThreshold()
    ) {
        self.key = key
        self.partition = partition
        self.domain = domain
        self.text = text
        self.vector = vector
        self.embedder = embedder
        self.expiresAtMilliseconds = expiresAtMilliseconds
        self.learned = learned
    }
}
