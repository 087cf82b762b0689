// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// A condition of conditional routing, compiled.
package struct Query: Sendable {
    package init() {}
}

/// What conditions and sticky sessions look at: the call as it came, before any override.
package struct RoutingFacts {
    /// `options.metadata`.
    package var metadata: (document: JSONDocument, node: JSONNode)?
    /// `params.request`.
    package var params: (document: JSONDocument, node: JSONNode)
    /// `options.forward_headers`: name in lower case, value.
    package var headers: [(String, String)]
    /// The path that the field's own API has for the operation (`/v1/chat/completions`).
    package var urlPath: String

    package init(
        metadata: (document: JSONDocument, node: JSONNode)?, params: (document: JSONDocument, node: JSONNode),
        headers: [(String, String)] = [], urlPath: String
    ) {
        self.metadata = metadata
        self.params = params
        self.headers = headers
        self.urlPath = urlPath
    }
}
