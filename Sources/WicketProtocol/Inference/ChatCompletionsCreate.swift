// SPDX-License-Identifier: Apache-2.0

/// A chat answer in OpenAI's shape from any provider: `{"request": …, "options": …}` → `{"response": …, "gateway": …}`.
/// With `"stream": true` in the request the pieces come as notifications, and `response` is null.
package enum ChatCompletionsCreate: RPCMethod {
    package static let name = "chat.completions.create"
    package static let group = RPCGroup.inference
    package static let socket = RPCSocket.use
    package static let summary = "Asks a model for a chat completion in OpenAI's shape, streamed or whole."
    package static let chunkNotification: String? = "chat.completions.chunk"
}
