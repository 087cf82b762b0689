// SPDX-License-Identifier: Apache-2.0

/// Removes a config with all of its versions; calls that name it get `not_found` from then on. There is no way back.
package enum ConfigsDelete: RPCMethod {
    package static let name = "configs.delete"
    package static let group = RPCGroup.configs
    package static let socket = RPCSocket.admin
    package static let summary = "Removes a saved config with all of its versions."

    package typealias Params = EntryNameParams
    package typealias Result = DeletedEntry
}
