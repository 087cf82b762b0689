// SPDX-License-Identifier: Apache-2.0

/// Why there is no embedder in this process.
package struct EmbedderAbsence: Error, Sendable, Equatable {
    /// In a sentence, with what to do about it.
    package var reason: String
}
