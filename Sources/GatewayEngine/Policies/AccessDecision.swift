// SPDX-License-Identifier: Apache-2.0
package import GatewayPolicy

/// Which policy a connection's calls come under. Made when the connection opens, and again when the policies have changed since.
package struct AccessDecision: Sendable {
    /// nil where none matches: then everything is allowed that the socket gives.
    package let policy: AccessPolicy?
    /// `AccessPolicies.generation` of which it holds.
    package let generation: UInt64

    /// Of what no policy is for.
    package static var unrestricted: AccessDecision { AccessDecision(policy: nil, generation: 0) }
}

/// A policy that was looked at for a process, in the order of looking.
package struct PolicyStep: Sendable {
    package let policy: AccessPolicy
    /// The first field that did not hold, or nil for the one that matched.
    package let mismatch: PolicyMatch.Field?
}
