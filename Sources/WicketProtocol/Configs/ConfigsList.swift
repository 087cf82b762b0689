// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The configs by name, a page at a time, each in its newest version and without its JSON.
package enum ConfigsList: RPCMethod {
    package static let name = "configs.list"
    package static let group = RPCGroup.configs
    package static let socket = RPCSocket.admin
    package static let summary = "Lists the saved configs by name."

    package typealias Params = PageParams

    package struct Result: Sendable {
        package var configs: [ConfigDescription]
        package var nextCursor: String?

        package init(configs: [ConfigDescription], nextCursor: String?) {
            self.configs = configs
            self.nextCursor = nextCursor
        }

        package func write(to json: inout JSONWriter) {
            json.page("configs", configs, next: nextCursor) { $0.write(to: &$1) }
        }
    }
}
