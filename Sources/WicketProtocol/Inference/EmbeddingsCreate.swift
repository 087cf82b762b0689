// SPDX-License-Identifier: Apache-2.0

/// Vectors of texts in OpenAI's shape, of a provider's model or of the one that is built in: `{"request": …, "options": …}` →
/// `{"response": …, "gateway": …}`.
package enum EmbeddingsCreate: RPCMethod {
    package static let name = "embeddings.create"
    package static let group = RPCGroup.inference
    package static let socket = RPCSocket.use
    package static let summary = "Asks a model for the vectors of texts in OpenAI's shape."
}
