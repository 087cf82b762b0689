// SPDX-License-Identifier: Apache-2.0

/// Describes the whole surface: the result is the OpenRPC document that the daemon was built with.
package enum RPCDiscover: RPCMethod {
    package static let name = "rpc.discover"
    package static let group = RPCGroup.service
    package static let socket = RPCSocket.both
    package static let summary = "Returns the OpenRPC document that describes every method."
}
