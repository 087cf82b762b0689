// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import GatewayPolicy
import Synchronization

/// The policies in the order in which they are asked: those of the configuration file as they stand there, then the stored ones
/// by priority and name. The first that matches counts; where none does, the socket's mode alone decides.
///
/// A change is seen by the next request of every connection once it is durable, and calls under way keep what they began with.
package final class AccessPolicies: Sendable {
    private struct State {
        var fromFile: [AccessPolicy] = []
        var stored: [String: (row: PolicyRow, policy: AccessPolicy)] = [:]
        /// In order; a stored one of a name that the file has too is left out.
        var entries: [PolicyEntry] = []
        var changes = ChangeClaims()

        mutating func sort() {
            let names = Set(fromFile.map(\.name))
            let own = stored.values.filter { !names.contains($0.row.name) }.sorted {
                ($0.row.priority, $0.row.name) < ($1.row.priority, $1.row.name)
            }
            entries = fromFile.map { PolicyEntry(policy: $0, row: nil) } + own.map { PolicyEntry(policy: $0.policy, row: $0.row) }
        }
    }
    private let state: Mutex<State>
    private let changes = Atomic<UInt64>(1)
    private let storage: any PolicyStorage
    package let accounts: PolicyAccounts
    /// Those of the use socket.
    private let methods: [String]
    private let clock: GatewayClock

    /// Loads all. One that cannot be read any more refuses everything; see `AccessPolicy.problem`.
    package init(
        storage: any PolicyStorage, accounts: PolicyAccounts, methods: [String], clock: GatewayClock
    ) async throws(GatewayFailure) {
        self.storage = storage
        self.accounts = accounts
        self.methods = methods
        self.clock = clock
        var state = State()
        for row in try await storage.loadPolicies() { state.stored[row.name] = (row, Self.policy(of: row, accounts)) }
        state.sort()
        self.state = Mutex(state)
    }

    private static func policy(of row: PolicyRow, _ accounts: PolicyAccounts) -> AccessPolicy {
        let known = PolicyAccounts(
            userID: { accounts.userID($0) ?? row.users[$0] }, groupID: { accounts.groupID($0) ?? row.groups[$0] })
        // A default config that this release cannot follow fails the calls that would follow it, and no others.
        do throws(PolicyFaults) { return try PolicyReader.read(row.name, row.text, accounts: known) } catch {
            let problem = error.faults.first.map { "\($0.path) \($0.message)" } ?? ""
            return AccessPolicy(unreadable: row.name, text: row.text, problem: problem)
        }
    }

    // MARK: For connections

    /// Another number after each change: what was decided before holds until then.
    package var generation: UInt64 { changes.load(ordering: .acquiring) }

    package func decision(for peer: PeerIdentity) -> AccessDecision {
        state.withLock { state in
            AccessDecision(
                policy: state.entries.first { $0.policy.match.matches(peer) }?.policy,
                generation: changes.load(ordering: .acquiring))
        }
    }

    /// The policies that are asked for this process, up to the one that matches.
    package func steps(for peer: PeerIdentity) -> [PolicyStep] {
        var steps: [PolicyStep] = []
        for entry in list() {
            let step = PolicyStep(policy: entry.policy, mismatch: entry.policy.match.mismatch(peer))
            steps.append(step)
            if step.mismatch == nil { break }
        }
        return steps
    }

    // MARK: For administration

    /// All, in the order in which they are asked.
    package func list() -> [PolicyEntry] { state.withLock { $0.entries } }

    package func get(_ name: String) throws(GatewayFailure) -> PolicyEntry {
        let entries = list()
        if let entry = entries.first(where: { $0.policy.name == name }) { return entry }
        let hint = closestName(to: name, among: entries.map(\.policy.name)).map { "Did you mean '\($0)'?" }
        throw GatewayFailure(
            .notFound, "There is no policy '\(name)'. \(hint ?? "List those that are there: wicket policy list")", path: "name")
    }

    /// - Parameter actor: who makes it, for the audit log.
    /// - Throws: `conflict` when the name is taken; `invalid_params` with the path of the first fault.
    package func create(
        _ name: String, _ text: PolicyText, priority: Int = AccessPolicy.defaultPriority, by actor: PeerIdentity?
    ) async throws(GatewayFailure) -> PolicyEntry {
        let policy = try read(name, text)
        try begin(name) { state throws(GatewayFailure) in
            if state.fromFile.contains(where: { $0.name == name }) { throw Self.isFromFile(name) }
            if state.stored[name] != nil {
                throw GatewayFailure(
                    .conflict, "A policy '\(name)' exists already; update it, or take another name.", path: "name")
            }
        }
        defer { end(name) }
        let now = clock.wallMilliseconds()
        let row = Self.row(policy, priority, createdAt: now, now)
        try await storage.insertPolicyRow(row, AuditEvent(.policyCreated, by: actor, of: name))
        return put(row, policy)
    }

    /// Changes what is given. Another policy takes its place, so that nothing found out under the old one is used again.
    package func update(
        _ name: String, _ change: PolicyChange, by actor: PeerIdentity?
    ) async throws(GatewayFailure) -> PolicyEntry {
        let old = try claim(name)
        defer { end(name) }
        let changed = change.applied(to: old)
        let policy = try read(name, changed.text)
        let row = Self.row(policy, changed.priority, createdAt: old.createdAtMilliseconds, clock.wallMilliseconds())
        try await storage.updatePolicyRow(row, AuditEvent(.policyUpdated, by: actor, of: name))
        return put(row, policy)
    }

    package func delete(_ name: String, by actor: PeerIdentity?) async throws(GatewayFailure) {
        _ = try claim(name)
        defer { end(name) }
        try await storage.deletePolicyRow(named: name, AuditEvent(.policyDeleted, by: actor, of: name))
        change { $0.stored[name] = nil }
    }

    /// Swaps the policies of the configuration file.
    package func use(fromFile policies: [AccessPolicy]) { change { $0.fromFile = policies } }
}

// MARK: - Parts

extension AccessPolicies {
    private func read(_ name: String, _ text: PolicyText) throws(GatewayFailure) -> AccessPolicy {
        do throws(PolicyFaults) { return try PolicyCheck.read(name, text, accounts: accounts, methods: methods) } catch {
            let fault = error.faults.first ?? PolicyFault(path: "match", message: "cannot be read")
            // A config's own reading says whole sentences.
            let isSentence = fault.path.hasPrefix("defaults.config") && fault.message.hasSuffix(".")
            let end = fault.message.hasSuffix("?") ? "" : "."
            throw .invalidParams(fault.path, isSentence ? fault.message : "\(fault.path) \(fault.message)\(end)")
        }
    }

    private static func row(_ policy: AccessPolicy, _ priority: Int, createdAt: Int, _ now: Int) -> PolicyRow {
        func ids(_ accounts: [PolicyMatch.Account]?) -> [String: UInt32] {
            (accounts ?? []).reduce(into: [:]) { ids, account in if let name = account.name { ids[name] = account.id } }
        }
        return PolicyRow(
            name: policy.name, priority: priority, text: policy.text, users: ids(policy.match.users),
            groups: ids(policy.match.groups), createdAtMilliseconds: createdAt, updatedAtMilliseconds: now)
    }

    private static func isFromFile(_ name: String) -> GatewayFailure {
        GatewayFailure(
            .conflict, "The policy '\(name)' stands under policies: in the configuration file; change it there and reload.",
            path: "name")
    }

    private func put(_ row: PolicyRow, _ policy: AccessPolicy) -> PolicyEntry {
        change { $0.stored[row.name] = (row, policy) }
        return PolicyEntry(policy: policy, row: row)
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            state.sort()
            changes.add(1, ordering: .releasing)
        }
    }

    /// Claims a stored policy for one change.
    private func claim(_ name: String) throws(GatewayFailure) -> PolicyRow {
        guard var row = try get(name).row else { throw Self.isFromFile(name) }
        try begin(name) { state throws(GatewayFailure) in
            guard let stored = state.stored[name] else {
                throw GatewayFailure(.notFound, "There is no policy '\(name)' any more.", path: "name")
            }
            row = stored.row
        }
        return row
    }

    private func begin(_ name: String, _ check: (borrowing State) throws(GatewayFailure) -> Void) throws(GatewayFailure) {
        let outcome = state.withLock { state in
            Result { () throws(GatewayFailure) in
                try check(state)
                try state.changes.claim(name, "the policy")
            }
        }
        try outcome.get()
    }

    private func end(_ name: String) { state.withLock { $0.changes.release(name) } }
}
