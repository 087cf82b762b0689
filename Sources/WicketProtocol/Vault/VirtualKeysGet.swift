// SPDX-License-Identifier: Apache-2.0

/// One virtual key, without its secret.
package enum VirtualKeysGet: RPCMethod {
    package static let name = "virtual_keys.get"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Returns one virtual key, without its secret."

    package typealias Params = EntryNameParams
    package typealias Result = VirtualKeyDescription
}
