// SPDX-License-Identifier: Apache-2.0

/// `cache`: which answers may come from the cache, and which go into it. A child's takes the whole place of its parent's.
package struct CacheRule: Sendable, Equatable {
    package enum Mode: String, Sendable, CaseIterable {
        /// Nothing is kept; a rule with this mode is there for `coalesces` alone.
        case off
        /// The same request.
        case simple
        /// A request that means the same, after one that is the same.
        case semantic
        /// As simple; what semantic would have served beyond it is only counted.
        case shadow
    }

    /// What an answer's age may be when a config does not say it: a week, as Portkey has it.
    package static let defaultMaxAgeSeconds = 604_800
    /// Portkey's limits: a `max_age` outside of them is not cut down to them, the default takes its place.
    package static let maxAges = 60...7_776_000

    package var mode: Mode
    package var maxAgeSeconds: Int
    /// Keeps answers apart from those of other namespaces; a call's `cache_namespace` takes its place.
    package var namespace: String?
    /// What else the answer depends on, each once.
    package var vary: [VaryingField] = []
    /// Identical requests in flight make one call of the provider.
    package var coalesces = true
    /// Answers that call tools are kept too.
    package var keepsToolCalls = false
    /// For the modes semantic and shadow.
    package var semantic = SemanticRule()

    package init(mode: Mode, maxAgeSeconds: Int = Self.defaultMaxAgeSeconds) {
        self.mode = mode
        self.maxAgeSeconds = maxAgeSeconds
    }
}

/// When a request means the same as another one, and how that is held to be true.
package struct SemanticRule: Sendable, Equatable {
    package enum Preset: String, Sendable, CaseIterable {
        case strict, balanced
        /// Strict, but for what `thresholds` and `vetoes` say.
        case custom
    }

    /// The least cosine for each class of edit between two questions; nil: the preset's own.
    package struct Thresholds: Sendable, Equatable {
        /// The same content words.
        package var same: Double?
        package var restructured: Double?
        /// Words were put in, and none taken out.
        package var insertion: Double?
        /// A word stands in another's place.
        package var substitution: Double?

        package init() {}
    }

    package var preset = Preset.strict
    package var thresholds = Thresholds()
    /// By the names of `vetoes`; all others are in force.
    package var disabledVetoes: Set<String> = []
    /// So many of a hundred would-be hits go to the provider too, and the two answers are compared.
    package var verifyPercent = 2.0
    /// Percent of hits that may be false; a namespace that cannot hold it serves no semantic hit any more.
    package var maxFalseHitPercent = 1.0
    /// A request with a higher temperature wants something new, and is only looked up as it is.
    package var maxTemperature = 1.0
    /// nil: the daemon's own embedder.
    package var embeddings: EmbeddingsRule?

    package init() {}
}

/// `cache.embeddings`: a provider's model that makes the vectors in place of the daemon's own.
package struct EmbeddingsRule: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        case virtualKey(String)
        /// By its id, which needs no key.
        case provider(String)
    }
    package var source: Source
    package var model: String
    /// nil: as many as the model has.
    package var dimensions: Int?

    package init(source: Source, model: String, dimensions: Int? = nil) {
        self.source = source
        self.model = model
        self.dimensions = dimensions
    }
}
