// SPDX-License-Identifier: Apache-2.0

/// What a call asks a provider for, named as the RPC method that asks it.
package enum Operation: String, Sendable, CaseIterable {
    case chat = "chat.completions.create"
    case messages = "messages.create"
    case embeddings = "embeddings.create"
    case models = "models.list"

    /// Whether it is a question whose answer may come in pieces.
    package var hasStream: Bool { self == .chat || self == .messages }

    /// The notification that carries one piece of a stream.
    package var chunkMethod: StaticString {
        switch self {
        case .messages: "messages.chunk"
        case .chat, .embeddings, .models: "chat.completions.chunk"
        }
    }

    /// The path that the field's own API has for it: what `url.pathname` is in a config's conditions.
    package var path: String {
        switch self {
        case .chat: "/v1/chat/completions"
        case .messages: "/v1/messages"
        case .embeddings: "/v1/embeddings"
        case .models: "/v1/models"
        }
    }
}
