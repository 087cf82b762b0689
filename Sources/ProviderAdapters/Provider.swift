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
    /// own; with `{part}` in it where a part of the key's secret belongs.
    package var baseURL: String
    /// What follows the path, from `?` on; filled like `baseURL`.
    package var query: String
    package var dialect: DialectName
    /// The header field that carries the key, and what stands before the key in it (`Bearer `); nil when it takes none.
    package var authField: String?
    package var authPrefix: String
    /// What its keys are made of.
    package var secret: SecretKind
    /// Fields that every request carries (`anthropic-version`).
    package var headers: [HTTPField]
    /// The path of each operation that it can do.
    package var paths: [Operation: String]
    package var parameters: ParameterRules
    /// The environment variable in which its key is usually found (`OPENAI_API_KEY`).
    package var environmentVariable: String?
    /// Names that people write and the provider does not know → the model that they mean.
    package var modelAliases: [String: String]

    package init(
        id: String, baseURL: String, dialect: DialectName, authField: String? = "authorization", authPrefix: String = "Bearer ",
        headers: [HTTPField] = [], paths: [Operation: String] = [:], parameters: ParameterRules = ParameterRules(),
        environmentVariable: String? = nil, modelAliases: [String: String] = [:], query: String = "",
        secret: SecretKind = .apiKey
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
        self.query = query
        self.secret = secret
    }

    /// Whether its address is only known with a key.
    package var isAddressOfKey: Bool { baseURL.contains("{") }

    /// What an entry has that names no more than its id and its base URL: OpenAI's dialect, a bearer key and OpenAI's paths.
    package static func openAICompatible(id: String, baseURL: String) -> Provider {
        Provider(
            id: id, baseURL: baseURL, dialect: .openai,
            paths: [.chat: "/chat/completions", .embeddings: "/embeddings", .models: "/models"])
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
