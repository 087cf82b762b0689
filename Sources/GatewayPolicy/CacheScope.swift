// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// `defaults.cache_scope`: with whom the callers under a policy share cached answers. A caller cannot widen it: it is the
/// policy's, and nothing that a call says changes it.
package enum CacheScope: String, Sendable, CaseIterable {
    /// Each user with himself. What holds without a policy too.
    case uid
    /// All callers under the policy.
    case policy
    /// All callers of this host under policies that say so.
    case host
}

extension AccessPolicy {
    package var cacheScope: CacheScope { defaults.cacheScope }

    /// The scope of a call's answers: `uid:1000`, `policy:NAME` or `host`. No two of them are ever equal by chance: a name comes
    /// after the kind.
    /// - Parameter policy: what the caller comes under, nil for none.
    package static func cacheScope(of peer: PeerIdentity, under policy: AccessPolicy?) -> String {
        switch policy?.cacheScope {
        case nil, .uid: "uid:\(peer.uid)"
        case .policy: "policy:\(policy?.name ?? "")"
        case .host: "host"
        }
    }
}
