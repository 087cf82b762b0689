// SPDX-License-Identifier: Apache-2.0

extension CacheKey {
    /// Names who makes vectors at a provider: the model as it was asked for and as the answer names it, where it is asked, and
    /// how long its vectors are. Only vectors with the same name say anything about each other.
    package static func embedder(
        provider: String, base: String, query: String, model: String, dimensions: Int, responseModel: String?
    ) -> CacheKey {
        KeyDigest.make { digest in
            digest.field("embedder")
            for part in [provider, base, query, model] { digest.field(part) }
            digest.word(UInt64(dimensions))
            digest.field(responseModel)
        }
    }

    /// This partition for the vectors of one embedder. The daemon's own has it as it is.
    package func of(_ embedder: CacheKey) -> CacheKey {
        KeyDigest.make { digest in
            digest.field("partition")
            withBytes { digest.field($0.assumingMemoryBound(to: UInt8.self)) }
            embedder.withBytes { digest.field($0.assumingMemoryBound(to: UInt8.self)) }
        }
    }
}
