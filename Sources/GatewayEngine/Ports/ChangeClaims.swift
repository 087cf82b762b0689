// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// The names whose change is being written: two changes of one name never overlap.
package struct ChangeClaims: Sendable {
    private var names: Set<String> = []

    package init() {}

    /// Whether no change is under way.
    package var isEmpty: Bool { names.isEmpty }

    /// - Parameter what: what has the name (`virtual key`), for the message.
    /// - Throws: `conflict` while another change has the name.
    package mutating func claim(_ name: String, _ what: String) throws(GatewayFailure) {
        guard names.insert(name).inserted else {
            throw GatewayFailure(
                .conflict, "Another change of \(what) '\(name)' is being written; send this one again.", retryable: true)
        }
    }

    package mutating func release(_ name: String) { names.remove(name) }
}
