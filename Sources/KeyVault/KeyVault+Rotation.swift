// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
package import GatewayModel
import Synchronization

// Another master key in the place of the present one, while requests go on.
extension KeyVault {
    /// Wraps all data keys anew, under a new master key; those that do not open under the present one stay as they are.
    ///
    /// Killed at any point, the next start opens every key: a new file is durable before the one transaction that names it, and
    /// the old one goes after it.
    /// - Parameters:
    ///   - target: where the new master key is; nil for where the present one is.
    ///   - passphrase: the new one, where that is what the master key is to come from.
    /// - Throws: `vault_locked`; `conflict` while keys are changed, or with the steps to take where the daemon cannot do it;
    ///   `invalid_params`.
    package func rotateMaster(
        to target: MasterKeySource?, passphrase: SecretBytes?, by actor: PeerIdentity?
    ) async throws(GatewayFailure) {
        let begun = state.withLock { state in
            Result { () throws(GatewayFailure) in try state.lock.beginRotation() }
        }
        let current = try begun.get()
        let fault: GatewayFailure?
        do throws(GatewayFailure) {
            let source = try rotationTarget(target, from: current.source, places.setting)
            let next = try await newMaster(source, passphrase)
            let event = AuditEvent(.vaultMasterRotated, by: actor, detail: "to the \(source.rawValue)")
            let rows = try await reseal(from: current.key, to: next, event)
            show(rows, under: next.key, all: false)
            noteChange()
            fault = await tidy()
            state.withLock { $0.lock.endRotation(next) }
        } catch {
            state.withLock { $0.lock.endRotation(nil) }
            throw error
        }
        guard let fault else { return }
        throw GatewayFailure(
            .internalError, "The master key was rotated, and all keys work. \(fault.message) The next start tries again.")
    }

    /// Before anybody else may rotate: what is done to the files belongs to the record that was just written.
    private func tidy() async -> GatewayFailure? {
        do throws(GatewayFailure) {
            try await tidyFiles(try await storage.loadVaultMaster())
            return nil
        } catch {
            return error
        }
    }

    private func newMaster(
        _ source: MasterKeySource, _ passphrase: SecretBytes?
    ) async throws(GatewayFailure) -> OpenMaster {
        let (file, random, now) = (places.file, random, clock.wallMilliseconds())
        guard source == .passphrase else {
            if passphrase != nil {
                throw .invalidParams("passphrase", "A passphrase is given for `to`: \"passphrase\" only.")
            }
            // What a rotation before this one left may be the only key there is.
            let stored = try await storage.loadVaultMaster()
            try await tidyFiles(stored)
            let key = try await onThread { () throws(GatewayFailure) in try file.prepareNext(random) }
            return OpenMaster(key: key, record: VaultMasterRow(key, from: .file, now: now))
        }
        guard let passphrase else {
            throw .invalidParams(
                "passphrase", "`passphrase` is missing: the new one, of at least \(shortestPassphrase) characters.")
        }
        try checkPassphrase(passphrase)
        let derivation = places.newDerivation(random)
        let key = try await onThread { () throws(GatewayFailure) in try derivation.masterKey(of: passphrase) }
        return OpenMaster(key: key, record: VaultMasterRow(key, from: .passphrase, derivation, now: now))
    }

    /// - Returns: the rows that are sealed anew, when that is durable.
    private func reseal(
        from old: MasterKey, to new: OpenMaster, _ event: AuditEvent
    ) async throws(GatewayFailure) -> [VaultRow] {
        let (entries, random) = (state.withLock { Array($0.entries.values) }, random)
        let rows = entries.map(\.row)
        let changed = try await onThread { () throws(GatewayFailure) in try rows.resealed(from: old, to: new.key, random) }
        // The present master key goes: what it alone opens must not be left behind.
        let sealed = Set(changed.map(\.name))
        if let left = entries.first(where: { $0.isReadable && !sealed.contains($0.row.name) }) {
            throw GatewayFailure(
                .conflict,
                "The key '\(left.row.name)' opens, but cannot be sealed anew: rotate it, or remove it and add it again; then "
                    + "rotate the master key.")
        }
        if rows.contains(where: { $0.secret.masterKeyID == old.id && !sealed.contains($0.name) }) {
            let file = places.file
            try await onThread { () throws(GatewayFailure) in try file.keep(old.id) }
        }
        do throws(GatewayFailure) { try await storage.resealVault(changed, under: new.record, event) } catch {
            // A commit may have happened although it failed to say so.
            guard try await storage.loadVaultMaster()?.id == new.key.id else { throw error }
        }
        return changed
    }

    /// Leaves the files that the database says are in force.
    private func tidyFiles(_ record: VaultMasterRow?) async throws(GatewayFailure) {
        let file = places.file
        guard let record else { return }
        let source = MasterKeySource(rawValue: record.source)
        try await onThread { () throws(GatewayFailure) in
            if source == .file { try file.settle(on: record.id) } else if source == .passphrase { try file.remove() }
        }
    }
}

/// Where the new master key is to be.
private func rotationTarget(
    _ wanted: MasterKeySource?, from current: MasterKeySource?, _ setting: MasterKeySetting
) throws(GatewayFailure) -> MasterKeySource {
    let (name, previous) = (MasterKeyPlaces.credentialName, MasterKeyPlaces.previousCredentialName)
    guard let target = wanted ?? current, target != .credential else {
        throw GatewayFailure(
            .conflict,
            "The master key is a systemd credential, which the daemon cannot write. Give the unit the new one as '\(name)' and "
                + "the present one as '\(previous)', restart the daemon, then take '\(previous)' away.")
    }
    guard setting == .auto || setting.rawValue == target.rawValue else {
        throw GatewayFailure(
            .conflict,
            "vault.master_key is \(setting.rawValue) in the configuration, so the vault would not open at the next start; set it "
                + "to auto or \(target.rawValue) and restart the daemon first.")
    }
    return target
}
