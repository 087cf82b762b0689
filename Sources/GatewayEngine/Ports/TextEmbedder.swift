// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What a text means, as a vector.
package struct TextEmbedding: Sendable {
    /// Of length 1.
    package var vector: [Float]
    /// Word pieces that were looked at, the two marks at the ends included.
    package var pieces: Int
    /// Some of the text is no word piece that the model knows, or of a script that it was not made for.
    package var hasUnknown: Bool
    /// There was more text than was looked at.
    package var isCut: Bool

    package init(vector: [Float], pieces: Int, hasUnknown: Bool, isCut: Bool) {
        self.vector = vector
        self.pieces = pieces
        self.hasUnknown = hasUnknown
        self.isCut = isCut
    }
}

/// Makes vectors of texts in this process. Takes milliseconds: called on the threads of `BackgroundWork` only, from several at
/// once.
package protocol TextEmbedder: Sendable {
    /// Names the weights and what is done with the text before; vectors of two fingerprints are never compared.
    var fingerprint: String { get }
    var dimensions: Int { get }
    /// The most word pieces of a text that it looks at.
    var longest: Int { get }
    func embed(_ text: String, atMostPieces: Int) -> TextEmbedding
}

/// A few threads for what takes long: no reactor ever waits for it.
package protocol BackgroundWork: Sendable {
    /// Runs `body` on one of them.
    /// - Throws: `overloaded` when too much waits already, and `cancelled` when the task was cancelled before `body` began.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(GatewayFailure) -> Value
}
