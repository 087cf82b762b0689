// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
package import GatewayModel
import Synchronization

// From locked to open: at the start, or when the passphrase is given.
extension KeyVault {
    /// Opens the vault with a passphrase, or looks again at the places that its master key may be in. Does nothing where it is
    /// open.
    /// - Throws: `vault_locked` with what to do where it stays locked; `invalid_params` for a passphrase that is wrong or not
    ///   taken; `rate_limited` too soon after a wrong one; `conflict` while the vault is changed.
    package func unlock(_ passphrase: SecretBytes?, by actor: PeerIdentity?) async throws(GatewayFailure) {
        try await open(passphrase, by: actor)
        _ = try state.withLock { state in Result { () throws(GatewayFailure) in try state.lock.master } }.get()
    }

    /// The same, and no error where the key is not found.
    func open(_ passphrase: SecretBytes?, by actor: PeerIdentity?) async throws(GatewayFailure) {
        let begun = state.withLock { state in
            Result { () throws(GatewayFailure) in try state.lock.beginUnlock(now: clock.monotonicNanoseconds()) }
        }
        guard try begun.get() else { return }
        let outcome: VaultLock.UnlockOutcome
        do throws(GatewayFailure) { outcome = try await attempt(passphrase) } catch {
            state.withLock { $0.lock.endUnlock(.notOpened(nil)) }
            throw error
        }
        state.withLock { $0.lock.endUnlock(outcome) }
        // What the audit log cannot keep is no reason to say less to the caller.
        switch outcome {
        case .opened:
            noteChange()
            // The start is nobody's doing.
            if passphrase != nil || actor != nil { try? await storage.recordVaultEvent(AuditEvent(.vaultUnlocked, by: actor)) }
        case .wrongPassphrase:
            try? await storage.recordVaultEvent(AuditEvent(.vaultUnlockFailed, by: actor))
            throw .invalidParams("passphrase", "The passphrase is wrong, or the vault's record of it was changed.")
        case .notOpened: break
        }
    }

    private func attempt(_ passphrase: SecretBytes?) async throws(GatewayFailure) -> VaultLock.UnlockOutcome {
        let record = try await storage.loadVaultMaster()
        let keyIDs = Set(state.withLock { $0.entries.values.map(\.row.secret.masterKeyID) })
        let choice = MasterKeyChoice.decide(places.setting, places.find(), record: record, rowKeyIDs: keyIDs)
        if case .ask = choice {} else { try refuseNeedless(passphrase) }
        switch choice {
        case .use(let key, let source, let previous): return try await open(with: key, source, previous, record)
        case .makeFile: return try await open(with: try places.file.loadOrCreate(random: random), .file, nil, record)
        case .nothing(let reason): return .notOpened(.closed(reason))
        case .ask(let isNew):
            guard let passphrase else { return .notOpened(.passphrase(isNew: isNew)) }
            return try await open(passphrase, isNew: isNew, record)
        }
    }

    private func refuseNeedless(_ passphrase: SecretBytes?) throws(GatewayFailure) {
        if passphrase != nil {
            throw .invalidParams(
                "passphrase", "The vault is not sealed with a passphrase; leave it out. See: wicket vault status")
        }
    }

    private func open(
        _ passphrase: SecretBytes, isNew: Bool, _ record: VaultMasterRow?
    ) async throws(GatewayFailure) -> VaultLock.UnlockOutcome {
        if isNew { try checkPassphrase(passphrase) }
        guard let derivation = isNew ? places.newDerivation(random) : record?.derivation, derivation.isBounded else {
            return .notOpened(.closed(Self.damagedRecord))
        }
        let key = try await onThread { () throws(GatewayFailure) in try derivation.masterKey(of: passphrase) }
        if let record, !record.isWritten(for: key) { return .wrongPassphrase(now: clock.monotonicNanoseconds()) }
        return try await open(with: key, .passphrase, nil, record, isNew ? derivation : nil)
    }

    /// - Parameters:
    ///   - previous: what the vault is sealed with, where `key` is to take its place.
    ///   - derivation: how `key` was made, where that is not known to the database yet.
    private func open(
        with key: MasterKey, _ source: MasterKeySource, _ previous: MasterKey?, _ record: VaultMasterRow?,
        _ derivation: PassphraseDerivation? = nil
    ) async throws(GatewayFailure) -> VaultLock.UnlockOutcome {
        if let record, !record.isWritten(for: previous ?? key) { return .notOpened(.closed(Self.damagedRecord)) }
        // Once there is a record, rows of the first format were either sealed anew or put there by somebody else.
        let rows = state.withLock { $0.entries.values.map(\.row) }.filter { record == nil || $0.id != nil }
        let changed = try rows.resealed(from: previous, to: key, random)
        let known = previous == nil ? record : nil
        let master = OpenMaster(
            key: key, record: known ?? VaultMasterRow(key, from: source, derivation, now: clock.wallMilliseconds()))
        if known == nil || !changed.isEmpty {
            let event = previous.map { _ in AuditEvent(.vaultMasterRotated, by: nil, detail: "to the \(source.rawValue)") }
            try await storage.resealVault(changed, under: master.record, event)
        }
        // What a rotation left, if it was cut short. The vault opens without that, and the next start tries again.
        if source == .file { try? places.file.settle(on: key.id) }
        if source == .passphrase { try? places.file.setAside() }
        show(changed, under: key, all: true)
        return .opened(master)
    }

    /// Puts rows as they are sealed now in the place of those before them.
    /// - Parameter all: whether the rows that were not sealed anew are to be opened as well.
    func show(_ changed: [VaultRow], under key: MasterKey, all: Bool) {
        var rows = Dictionary(uniqueKeysWithValues: changed.map { ($0.name, $0) })
        let old = state.withLock { $0.entries }
        if all { for (name, entry) in old where rows[name] == nil { rows[name] = entry.row } }
        let entries = rows.mapValues { row in
            VaultEntry(row, key, callers: old[row.name]?.callers ?? KeyCallers(), whenOpened: whenOpened)
        }
        for (name, entry) in entries { old[name].map(entry.adoptUse) }
        state.withLock { $0.entries.merge(entries) { $1 } }
    }

    private static var damagedRecord: String {
        "the database's record of the master key was changed or damaged; restore wicket.db from a backup"
    }
}
