// SPDX-License-Identifier: Apache-2.0

/// Removes a policy. Those whom it was for come under the next one that matches them, or under none.
package enum PoliciesDelete: RPCMethod {
    package static let name = "policies.delete"
    package static let group = RPCGroup.policies
    package static let socket = RPCSocket.admin
    package static let summary = "Removes a policy."

    package typealias Params = EntryNameParams
    package typealias Result = DeletedEntry
}
