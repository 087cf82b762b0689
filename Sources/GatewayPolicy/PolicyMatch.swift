// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// Whom a policy is for: every field that is given must hold, and of each field one value suffices. None given: everyone.
///
/// What an identity does not say never holds. So a policy that denies by unit does not reach a process whose unit is unknown;
/// only an allow-list, with a policy for everyone else behind it, closes the gate.
package struct PolicyMatch: Sendable, Equatable {
    /// A user or a group, by the id that its name had when the policy was read.
    package struct Account: Sendable, Equatable {
        /// nil where the id itself was given.
        package var name: String?
        package var id: UInt32

        package init(name: String?, id: UInt32) {
            self.name = name
            self.id = id
        }
    }

    package enum Field: String, Sendable, CaseIterable {
        case uid, user, group, unit, cgroup
    }

    package var uids: [UInt32]?
    package var users: [Account]?
    package var groups: [Account]?
    package var units: [NamePattern]?
    /// Paths without a slash at the end; the root is empty.
    package var cgroups: [String]?

    package init() {}

    package func matches(_ peer: PeerIdentity) -> Bool { mismatch(peer) == nil }

    /// The first field that does not hold, or nil when the policy is for this process.
    package func mismatch(_ peer: PeerIdentity) -> Field? {
        if let uids, !uids.contains(peer.uid) { return .uid }
        if let users, !users.contains(where: { $0.id == peer.uid }) { return .user }
        if let groups, !groups.contains(where: { $0.id == peer.gid || peer.groups.contains($0.id) }) { return .group }
        if let units, !holds(units, peer) { return .unit }
        if let cgroups, !holds(cgroups, peer) { return .cgroup }
        return nil
    }

    /// A unit of a user's own manager, `user@1000.service/NAME`, may be called anything: only a pattern that has a slash as well
    /// is for one.
    private func holds(_ units: [NamePattern], _ peer: PeerIdentity) -> Bool {
        guard let unit = peer.unit else { return false }
        return units.contains { $0.text.contains("/") == unit.contains("/") && $0.matches(unit) }
    }

    private func holds(_ prefixes: [String], _ peer: PeerIdentity) -> Bool {
        guard let cgroup = peer.cgroup else { return false }
        return prefixes.contains { prefix in
            guard cgroup.hasPrefix(prefix) else { return false }
            // Whole path elements: `/a/b` is not for `/a/bc`.
            let rest = cgroup.utf8.dropFirst(prefix.utf8.count)
            return rest.isEmpty || rest.first == UInt8(ascii: "/")
        }
    }
}
