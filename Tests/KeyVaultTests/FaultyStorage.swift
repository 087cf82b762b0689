// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Synchronization

/// A real store that fails, or is looked at, around the one transaction that a rotation has, and keeps the events it was given.
final class FaultyStorage: VaultStorage {
    private let store: GatewayStore
    private let kept = Mutex<[AuditEvent]>([])
    /// What the audit log was given.
    var events: [AuditEvent] { kept.withLock { $0 } }
    private let before: @Sendable () throws(GatewayFailure) -> Void
    private let after: @Sendable () async throws(GatewayFailure) -> Void

    init(
        _ store: GatewayStore, before: @escaping @Sendable () throws(GatewayFailure) -> Void = {},
        after: @escaping @Sendable () async throws(GatewayFailure) -> Void = {}
    ) {
        self.store = store
        self.before = before
        self.after = after
    }

    func resealVault(_ rows: [VaultRow], under master: VaultMasterRow, _ event: AuditEvent?) async throws(GatewayFailure) {
        try before()
        try await store.resealVault(rows, under: master, event)
        if let event { kept.withLock { $0.append(event) } }
        try await after()
    }

    func loadVault() async throws(GatewayFailure) -> [VaultRow] { try await store.loadVault() }
    func loadVaultMaster() async throws(GatewayFailure) -> VaultMasterRow? { try await store.loadVaultMaster() }
    func insertVaultRow(_ row: VaultRow, _ event: AuditEvent?) async throws(GatewayFailure) {
        try await store.insertVaultRow(row, event)
    }
    func updateVaultRow(_ row: VaultRow, _ event: AuditEvent?) async throws(GatewayFailure) {
        try await store.updateVaultRow(row, event)
    }
    func deleteVaultRow(named name: String, _ event: AuditEvent?) async throws(GatewayFailure) {
        try await store.deleteVaultRow(named: name, event)
    }
    func recordVaultEvent(_ event: AuditEvent) async throws(GatewayFailure) {
        try await store.recordVaultEvent(event)
        kept.withLock { $0.append(event) }
    }
    func append(_ event: AuditEvent) { store.append(event) }
    func loadKeyCallers() async throws(GatewayFailure) -> [KeyCaller] { try await store.loadKeyCallers() }
    func recordVaultUse(_ uses: [VaultUse]) async throws(GatewayFailure) { try await store.recordVaultUse(uses) }
}
