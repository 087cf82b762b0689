// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The policies in the order in which they are asked, those of the configuration file first; a page at a time.
package enum PoliciesList: RPCMethod {
    package static let name = "policies.list"
    package static let group = RPCGroup.policies
    package static let socket = RPCSocket.admin
    package static let summary = "Lists the policies in the order in which they are asked."

    package typealias Params = PageParams

    package struct Result: Sendable {
        package var policies: [PolicyDescription]
        package var nextCursor: String?

        package init(policies: [PolicyDescription], nextCursor: String?) {
            self.policies = policies
            self.nextCursor = nextCursor
        }

        package func write(to json: inout JSONWriter) {
            json.page("policies", policies, next: nextCursor) { $0.write(to: &$1) }
        }
    }
}
