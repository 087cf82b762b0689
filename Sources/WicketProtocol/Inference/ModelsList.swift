// SPDX-License-Identifier: Apache-2.0

/// The models that can be asked for, in OpenAI's shape: `{"options": …}` → `{"response": {"object": "list", "data": [{"id",
/// "object", "owned_by"}]}, "gateway": …}`. With a provider, a virtual key or a config in the options it is that provider's own
/// list; else a page of the catalog, with prices, filtered by `request`.
package enum ModelsList: RPCMethod {
    package static let name = "models.list"
    package static let group = RPCGroup.inference
    package static let socket = RPCSocket.use
    package static let summary = "Lists the models that can be asked for."
}
