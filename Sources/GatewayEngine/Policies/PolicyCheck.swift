// SPDX-License-Identifier: Apache-2.0
import GatewayModel
package import GatewayPolicy
import JSONBytes

/// Reads policies, and what they name that has a reading of its own.
package enum PolicyCheck {
    /// - Parameters:
    ///   - accounts: looks up ids by name.
    ///   - methods: those of the use socket, or nil to take any.
    /// - Throws: all that is wrong; a default config that cannot be followed too.
    package static func read(
        _ name: String, _ text: PolicyText, accounts: PolicyAccounts, methods: [String]?
    ) throws(PolicyFaults) -> AccessPolicy {
        let policy = try PolicyReader.read(name, text, accounts: accounts, methods: methods)
        guard case .inline(let document) = policy.defaults.config else { return policy }
        do throws(GatewayFailure) { _ = try SavedConfig.compile(document.bytes, path: "defaults.config") } catch {
            throw PolicyFaults([PolicyFault(path: error.path ?? "defaults.config", message: error.message)])
        }
        return policy
    }
}
