// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// Names a wire dialect.
package enum DialectName: String, Sendable, CaseIterable {
    case openai, anthropic, local
}

/// How a provider is reached and spoken to; an entry of the catalog, or one that the user added under `providers:`.
package struct Provider: Sendable, Equatable {
    /// As Portkey names it (`anthropic`, `together-ai`).
    package var id: String
    /// Scheme, host and path prefix that `paths` are appended to, without a slash at the end. Empty when each key must bring its
    /// own.
    package var baseURL: String
    package var dialect: DialectName
    /// The header field that carries the key, and what stands before the key in it (`Bearer `); nil when it takes none.
    package var authField: String?
    package var authPrefix: String
    /// Fields that every request carries (`anthropic-version`).
    package var headers: [HTTPField]
    /// The path of each operation that it can do.
    package var paths: [Operation: String]
    package var parameters: ParameterRules
    /// The environment variable in which its key is usually found (`OPENAI_API_KEY`).
    package var environmentVariable: String?
    /// Names that people write and the provider does not know → the model that they mean.
    package var modelAliases: [String: String]
    /// For a provider that demands `max_tokens`: what is sent when the caller gave none. The first pattern that matches counts.
    package var defaultMaxTokens: [ModelTokens]

    package init(
        id: String, baseURL: String, dialect: DialectName, authField: String? = "authorization", authPrefix: String = "Bearer ",
        headers: [HTTPField] = [], paths: [Operation: String] = [:], parameters: ParameterRules = ParameterRules(),
        environmentVariable: String? = nil, modelAliases: [String: String] = [:], defaultMaxTokens: [ModelTokens] = []
    ) {
        self.id = id
        self.baseURL = baseURL
        self.dialect = dialect
        self.authField = authField
        self.authPrefix = authPrefix
        self.headers = headers
        self.paths = paths
        self.parameters = parameters
        self.environmentVariable = environmentVariable
        self.modelAliases = modelAliases
        self.defaultMaxTokens = defaultMaxTokens
    }

    /// What an entry has that names no more than its id and its base URL: OpenAI's dialect, a bearer key and OpenAI's paths.
    package static func openAICompatible(id: String, baseURL: String) -> Provider {
        Provider(
            id: id, baseURL: baseURL, dialect: .openai,
            paths: [.chat: "/chat/completions", .models: "/models"])
    }

    /// `max_tokens` for a model of this provider, where the caller gave none and the provider demands it.
    package func defaultMaxTokens(for model: String) -> Int {
        defaultMaxTokens.first { $0.matches(model) }?.tokens ?? 4096
    }
}

/// A number of tokens for the models that a pattern names.
package struct ModelTokens: Sendable, Equatable {
    /// A model's name, or its beginning followed by `*`.
    package var pattern: String
    package var tokens: Int

    package init(_ pattern: String, _ tokens: Int) {
        self.pattern = pattern
        self.tokens = tokens
    }

    package func matches(_ model: String) -> Bool {
        pattern.hasSuffix("*") ? model.hasPrefix(pattern.dropLast()) : model == pattern
    }
}

/// What a provider does differently with request parameters of the OpenAI form.
package struct ParameterRules: Sendable, Equatable {
    /// Parameter → the provider's name for it.
    package var renames: [String: String]
    /// Parameters that it refuses; they are taken out and named in `dropped_params`.
    package var unsupported: Set<String>
    /// Numbers outside are brought to the bound.
    package var limits: [String: ClosedRange<Double>]

    package init(renames: [String: String] = [:], unsupported: Set<String> = [], limits: [String: ClosedRange<Double>] = [:]) {
        self.renames = renames
        self.unsupported = unsupported
        self.limits = limits
    }
}
