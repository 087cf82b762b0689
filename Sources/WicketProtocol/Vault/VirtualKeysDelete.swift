// SPDX-License-Identifier: Apache-2.0

/// Removes a virtual key and its secret, those kept from rotations too. There is no way back.
package enum VirtualKeysDelete: RPCMethod {
    package static let name = "virtual_keys.delete"
    package static let group = RPCGroup.vault
    package static let socket = RPCSocket.admin
    package static let summary = "Removes a virtual key and its secret for good."

    package typealias Params = EntryNameParams
    package typealias Result = DeletedEntry
}
