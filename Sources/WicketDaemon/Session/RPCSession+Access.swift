// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayPolicy
import SocketServer

extension RPCSession {
    /// What its peer may use, nil for everything: found when the connection opened, and again when the policies have changed. The
    /// admin socket comes under none: only the daemon's own user and root get there, and they could change any.
    var policy: AccessPolicy? {
        if role == .admin { return nil }
        let policies = services.shared.policies
        if access.generation != policies.generation { access = policies.decision(for: connection.peer) }
        return access.policy
    }

    /// What holds for a call that says nothing itself: the configuration's defaults, over them the policy's, over them the
    /// session's.
    func defaults(under policy: AccessPolicy?) -> CallOptions {
        var options = defaults
        if let policy, policy.defaults.config != nil, !ownDefaultsSayConfig { options.config = .policyDefault }
        return options
    }
}

extension CallOptions {
    /// The policy's metadata says who is billed, so nobody writes over it.
    mutating func addMetadata(of policy: AccessPolicy) {
        if policy.defaults.metadata != nil { metadata = policy.defaults.metadata(over: metadata) }
    }
}
