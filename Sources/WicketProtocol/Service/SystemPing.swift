// SPDX-License-Identifier: Apache-2.0

/// Answers at once: `{} → {"pong": true}`. What a client measures the way to the daemon with.
package enum SystemPing: RPCMethod {
    package static let name = "system.ping"
    package static let group = RPCGroup.service
    package static let socket = RPCSocket.both
    package static let summary = "Answers at once, to tell that the daemon is there."
}
