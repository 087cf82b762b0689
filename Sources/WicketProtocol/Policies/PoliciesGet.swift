// SPDX-License-Identifier: Apache-2.0

/// One policy.
package enum PoliciesGet: RPCMethod {
    package static let name = "policies.get"
    package static let group = RPCGroup.policies
    package static let socket = RPCSocket.admin
    package static let summary = "Returns one policy."

    package typealias Params = EntryNameParams
    package typealias Result = PolicyDescription
}
