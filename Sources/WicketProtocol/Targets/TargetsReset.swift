// SPDX-License-Identifier: Apache-2.0

/// Closes a target's breaker and forgets its failures: the next request goes there.
package enum TargetsReset: RPCMethod {
    package static let name = "targets.reset"
    package static let group = RPCGroup.targets
    package static let socket = RPCSocket.admin
    package static let summary = "Closes a target's breaker and forgets its failures."

    package typealias Params = IdentifierParams

    package typealias Result = TargetDescription
}
