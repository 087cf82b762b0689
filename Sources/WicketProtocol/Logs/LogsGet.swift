// SPDX-License-Identifier: Apache-2.0

/// One row of the journal. On the use socket only the caller's own uid's rows are found.
package enum LogsGet: RPCMethod {
    package static let name = "logs.get"
    package static let group = RPCGroup.logs
    package static let socket = RPCSocket.both
    package static let summary = "Returns one row of the journal."

    package typealias Params = IdentifierParams

    package typealias Result = LogRow
}
