// SPDX-License-Identifier: Apache-2.0

/// A message in Anthropic's shape: `{"request": …, "options": …}` → `{"response": …, "gateway": …}`, byte for byte both ways.
package enum MessagesCreate: RPCMethod {
    package static let name = "messages.create"
    package static let group = RPCGroup.inference
    package static let socket = RPCSocket.use
    package static let summary = "Asks a model for a message in Anthropic's shape, streamed or whole."
    package static let chunkNotification: String? = "messages.chunk"
}
