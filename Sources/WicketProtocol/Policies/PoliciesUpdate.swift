// SPDX-License-Identifier: Apache-2.0

/// Changes what is given of a policy, each part as a whole, and leaves the rest. The next request of every connection sees it.
package enum PoliciesUpdate: RPCMethod {
    package static let name = "policies.update"
    package static let group = RPCGroup.policies
    package static let socket = RPCSocket.admin
    package static let summary = "Changes the parts of a policy that are given; the others stay."

    package typealias Params = PoliciesCreate.Params
    package typealias Result = PolicyDescription
}
