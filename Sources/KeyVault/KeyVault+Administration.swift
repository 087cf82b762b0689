// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
package import GatewayModel
import GatewayPolicy
import Synchronization

// What the admin socket's methods do to single keys. Each change is durable when it is seen.
extension KeyVault {
    /// All keys by name.
    package func list() -> [VirtualKeyInfo] {
        let now = clock.wallMilliseconds()
        return state.withLock { Array($0.entries.values) }.map { VirtualKeyInfo($0, now: now) }.sorted { $0.name < $1.name }
    }

    package func get(_ name: String) throws(GatewayFailure) -> VirtualKeyInfo { info(try entry(name)) }

    /// - Throws: `conflict` when the name is taken, `invalid_params` with the field that cannot be taken.
    package func create(_ new: NewVirtualKey, by actor: PeerIdentity? = nil) async throws(GatewayFailure) -> VirtualKeyInfo {
        try checkName(new.name)
        let baseURL = try checkedBaseURL(new.baseURL, of: new.provider)
        try checkModels(new.models)
        try checkNote(new.note)
        try LimitReader.check(rates: new.rateLimits)
        try LimitReader.check(usage: new.usageLimits)
        let expiry = try expiryMilliseconds(new.expiresAt)
        let master = try begin(new.name) { state throws(GatewayFailure) in
            let master = try state.lock.master.key
            guard state.entries[new.name] == nil else {
                throw GatewayFailure(
                    .conflict, "A virtual key '\(new.name)' exists already; rotate it, or take another name.", path: "name")
            }
            return master
        }
        defer { end(new.name) }
        let id = VaultRow.newID(random)
        let binding = SecretBinding(
            rowID: id, name: new.name, provider: new.provider, origin: baseURL.origin, keyVersion: 1)
        let now = clock.wallMilliseconds()
        var row = VaultRow(
            name: new.name, provider: new.provider, baseURL: baseURL.text, origin: baseURL.origin, models: new.models,
            expiresAtMilliseconds: expiry, note: new.note, rateLimits: new.rateLimits, usageLimits: new.usageLimits,
            id: id, fingerprint: fingerprint(of: new.secret.canonical, master),
            secret: try seal(new.secret, binding, master), owner: actor.map { KeyOwner(uid: $0.uid, user: userName($0.uid)) },
            createdAtMilliseconds: now, updatedAtMilliseconds: now)
        row.authenticate(master)
        let entry = VaultEntry(row, master, whenOpened: whenOpened)
        try await storage.insertVaultRow(row, AuditEvent(.keyCreated, by: actor, of: row.name))
        publish(entry)
        return info(entry)
    }

    /// - Throws: `not_found`; `invalid_params` with the field that cannot be taken, `base_url` when it leaves the origin.
    package func update(
        _ name: String, _ change: VirtualKeyChange, by actor: PeerIdentity? = nil
    ) async throws(GatewayFailure) -> VirtualKeyInfo {
        try await replace(name, AuditEvent(.keyUpdated, by: actor, of: name)) { row, _ throws(GatewayFailure) in
            if let text = change.baseURL { row.baseURL = try sameOrigin(text, row) }
            if let models = change.models {
                try checkModels(models)
                row.models = models
            }
            if let expiry = change.expiresAt { row.expiresAtMilliseconds = try expiryMilliseconds(expiry) }
            if let note = change.note {
                try checkNote(note)
                row.note = note
            }
            if let limits = change.rateLimits {
                try LimitReader.check(rates: limits)
                row.rateLimits = limits
            }
            if let limits = change.usageLimits {
                try LimitReader.check(usage: limits)
                row.usageLimits = limits
            }
        }
    }

    /// Gives a key a new secret, under a new data key. The old one can be opened for `graceSeconds` more.
    package func rotate(
        _ name: String, secret: SecretParts, graceSeconds: Int = 0, by actor: PeerIdentity? = nil
    ) async throws(GatewayFailure) -> VirtualKeyInfo {
        guard (0...2_592_000).contains(graceSeconds) else {
            throw .invalidParams("grace_s", "'grace_s' is a number of seconds from 0 to 2592000 (30 days).")
        }
        let now = clock.wallMilliseconds()
        return try await replace(name, AuditEvent(.keyRotated, by: actor, of: name)) { row, master throws(GatewayFailure) in
            var binding = row.binding(row.secret)
            binding.keyVersion += 1
            row.previous =
                graceSeconds == 0 ? nil : PreviousSecret(secret: row.secret, untilMilliseconds: now + graceSeconds * 1000)
            row.secret = try seal(secret, binding, master)
            row.fingerprint = fingerprint(of: secret.canonical, master)
        }
    }

    /// - Throws: `not_found`.
    package func delete(_ name: String, by actor: PeerIdentity? = nil) async throws(GatewayFailure) {
        _ = try entry(name)
        try begin(name) { _ in }
        defer { end(name) }
        try await storage.deleteVaultRow(named: name, AuditEvent(.keyDeleted, by: actor, of: name))
        state.withLock { _ = $0.entries.removeValue(forKey: name) }
        noteChange()
    }

    /// Writes down when keys were last used, and drops rotated secrets whose grace has ended. To be called now and then, and
    /// before the end.
    package func maintain() async throws(GatewayFailure) {
        let now = clock.wallMilliseconds()
        let entries = state.withLock { Array($0.entries.values) }
        let uses = entries.compactMap { $0.takeUse() }
        if !uses.isEmpty { try await storage.recordVaultUse(uses) }
        for entry in entries where entry.isReadable && entry.row.previous.map({ $0.untilMilliseconds <= now }) ?? false {
            do throws(GatewayFailure) {
                _ = try await replace(entry.row.name, nil) { row, _ in
                    if let previous = row.previous, previous.untilMilliseconds <= now { row.previous = nil }
                }
            } catch {
                // Somebody else is at it; the next upkeep comes.
                if error.code != .conflict { throw error }
            }
        }
    }

    /// Changes a row on a copy, makes that durable, then shows it to requests.
    /// - Parameter event: nil for upkeep, which is nobody's change.
    /// - Throws: what is wrong with the row, where its secret does not open: what it says of itself is not to be trusted.
    private func replace(
        _ name: String, _ event: AuditEvent?, _ change: (inout VaultRow, MasterKey) throws(GatewayFailure) -> Void
    ) async throws(GatewayFailure) -> VirtualKeyInfo {
        _ = try entry(name)
        let master = try begin(name) { state throws(GatewayFailure) in try state.lock.master.key }
        defer { end(name) }
        let old = try entry(name)
        if case .failure(let fault) = old.secret { throw fault.failure(name) }
        var row = old.row
        row.lastUsedAtMilliseconds = old.lastUsedAtMilliseconds
        if event != nil { row.updatedAtMilliseconds = clock.wallMilliseconds() }
        if row.id == nil, let resealed = try row.resealed(from: master, to: master, random) { row = resealed }
        try change(&row, master)
        row.authenticate(master)
        let entry = VaultEntry(row, master, callers: old.callers, whenOpened: whenOpened)
        if case .failure(let fault) = entry.secret { throw fault.failure(name) }
        try await storage.updateVaultRow(row, event)
        // Requests went on with the old one meanwhile.
        entry.adoptUse(of: old)
        publish(entry)
        return info(entry)
    }
}

private func sameOrigin(_ text: String, _ row: VaultRow) throws(GatewayFailure) -> String {
    let baseURL = try BaseURL(text)
    guard baseURL.origin == row.origin else {
        throw .invalidParams(
            "base_url",
            "The secret is bound to \(row.origin) and cannot follow to \(baseURL.origin); delete the key and create it there."
        )
    }
    return baseURL.text
}
