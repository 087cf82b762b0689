// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import GatewayPolicy

/// Where the policies are kept that were made over the admin socket.
///
/// Each change is durable when the call returns, or has not happened when it throws; what the audit log is to keep of it is
/// written with it or not at all.
package protocol PolicyStorage: Sendable {
    func loadPolicies() async throws(GatewayFailure) -> [PolicyRow]
    /// - Throws: `conflict` when the name is taken.
    func insertPolicyRow(_ row: PolicyRow, _ event: AuditEvent?) async throws(GatewayFailure)
    /// Replaces the row of that name.
    /// - Throws: `not_found` when there is none.
    func updatePolicyRow(_ row: PolicyRow, _ event: AuditEvent?) async throws(GatewayFailure)
    /// - Throws: `not_found` when there is none.
    func deletePolicyRow(named name: String, _ event: AuditEvent?) async throws(GatewayFailure)
}

/// One policy as it is stored. Times are milliseconds since 1970, UTC.
package struct PolicyRow: Sendable, Equatable {
    package var name: String
    /// The policies with lower numbers are asked first; those of one number by name.
    package var priority: Int
    package var text: PolicyText
    /// The ids that its users and groups had when it was written. They go on to hold where the machine does not know a name for a
    /// while, as when a directory service is down: a policy must not let someone in for that.
    package var users: [String: UInt32]
    package var groups: [String: UInt32]
    package var createdAtMilliseconds: Int
    package var updatedAtMilliseconds: Int

    package init(
        name: String, priority: Int, text: PolicyText, users: [String: UInt32] = [:], groups: [String: UInt32] = [:],
        createdAtMilliseconds: Int, updatedAtMilliseconds: Int
    ) {
        self.name = name
        self.priority = priority
        self.text = text
        self.users = users
        self.groups = groups
        self.createdAtMilliseconds = createdAtMilliseconds
        self.updatedAtMilliseconds = updatedAtMilliseconds
    }
}

/// A policy as administration sees it.
package struct PolicyEntry: Sendable {
    package let policy: AccessPolicy
    /// nil for one of the configuration file.
    package let row: PolicyRow?
}

/// What to change of a stored policy; nil leaves it.
package struct PolicyChange: Sendable {
    package var priority: Int?
    package var match: [UInt8]?
    package var allow: [UInt8]?
    package var deny: [UInt8]?
    package var defaults: [UInt8]?

    package init(
        priority: Int? = nil, match: [UInt8]? = nil, allow: [UInt8]? = nil, deny: [UInt8]? = nil, defaults: [UInt8]? = nil
    ) {
        self.priority = priority
        self.match = match
        self.allow = allow
        self.deny = deny
        self.defaults = defaults
    }

    func applied(to row: PolicyRow) -> PolicyRow {
        var row = row
        row.priority = priority ?? row.priority
        row.text.match = match ?? row.text.match
        row.text.allow = allow ?? row.text.allow
        row.text.deny = deny ?? row.text.deny
        row.text.defaults = defaults ?? row.text.defaults
        return row
    }
}
