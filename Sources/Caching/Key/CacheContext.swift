// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What an answer depends on beside the request's own body.
package struct CacheContext: Sendable {
    /// Who shares answers: `uid:1000`, `policy:NAME` or `host`. Never crossed.
    package var scope: String
    /// `options.cache_namespace`, else the rule's own.
    package var namespace: String?
    package var operation: Operation
    /// The catalog's id of the provider.
    package var provider: String
    /// Where it is asked: the base URL with the path, and what follows the path of each request.
    package var base: String
    package var query: String
    /// The model that the provider is asked for.
    package var model: String
    package var strictOpenAICompliance: Bool
    /// The caller's own header fields that travel to the provider.
    package var headers: [HTTPField]
    /// What the rule's `vary` names, and its values in this call; a field that the call does not have has nil.
    package var vary: [(name: String, value: [UInt8]?)]

    package init(
        scope: String, namespace: String? = nil, operation: Operation, provider: String, base: String, query: String = "",
        model: String, strictOpenAICompliance: Bool = false, headers: [HTTPField] = [],
        vary: [(name: String, value: [UInt8]?)] = []
    ) {
        self.scope = scope
        self.namespace = namespace
        self.operation = operation
        self.provider = provider
        self.base = base
        self.query = query
        self.model = model
        self.strictOpenAICompliance = strictOpenAICompliance
        self.headers = headers
        self.vary = vary
    }
}
