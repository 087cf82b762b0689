// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel
import Synchronization

/// The virtual keys: who asks by name gets, for one request to one origin, the provider's key.
///
/// All rows are in memory, sealed; storage is read once and written at each change. A change is seen by requests when it is
/// durable, and two changes of one name never overlap.
package final class KeyVault: SecretSource, Sendable {
    private struct State {
        var entries: [String: VaultEntry] = [:]
        var changes = ChangeClaims()
    }
    private let state: Mutex<State>
    private let changes = Atomic<UInt64>(0)
    private let storage: any VaultStorage
    private let master: MasterKey
    private let clock: GatewayClock
    private let random: RandomSource

    /// Loads all rows and unwraps their data keys. A row that does not open is listed as unreadable; the others work.
    package init(
        storage: any VaultStorage, master: MasterKey, clock: GatewayClock, random: RandomSource = .system
    ) async throws(GatewayFailure) {
        self.storage = storage
        self.master = master
        self.clock = clock
        self.random = random
        var state = State()
        for row in try await storage.loadVault() { state.entries[row.name] = VaultEntry(row, master) }
        for caller in try await storage.loadKeyCallers() {
            _ = state.entries[caller.key]?.callers.isFirstUse(uid: caller.uid, unit: caller.unit)
        }
        self.state = Mutex(state)
    }

    /// Tells the master key in use from others.
    package var masterKeyID: String { master.id }

    /// False when keys could not be locked into memory; the limit on locked memory is too low then.
    package var isMemoryLocked: Bool { LockedMemory.shared.isLocked }

    // MARK: For requests

    package var generation: UInt64 { changes.load(ordering: .acquiring) }

    package func virtualKey(named name: String) throws(GatewayFailure) -> VirtualKey { try entry(name).virtualKey }

    package func apiKey(of name: String, for origin: String, by peer: PeerIdentity) throws(GatewayFailure) -> SecretBytes {
        let entry = try entry(name, for: origin)
        let key = try entry.apiKey(now: clock.wallMilliseconds())
        if entry.callers.isFirstUse(uid: peer.uid, unit: peer.unit) {
            storage.append(AuditEvent(.keyFirstUsed, by: peer, of: name))
        }
        return key
    }

    /// The key that the last rotation replaced, while its grace lasts, for a provider that does not take the new one yet; else
    /// nil.
    package func previousAPIKey(of name: String, for origin: String) throws(GatewayFailure) -> SecretBytes? {
        try entry(name, for: origin).previousAPIKey(now: clock.wallMilliseconds())
    }

    // MARK: For administration

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
        try checkLimits(new.rateLimits, "rate_limits")
        try checkLimits(new.usageLimits, "usage_limits")
        let expiry = try expiryMilliseconds(new.expiresAt)
        try begin(new.name) { state throws(GatewayFailure) in
            guard state.entries[new.name] == nil else {
                throw GatewayFailure(
                    .conflict, "A virtual key '\(new.name)' exists already; rotate it, or take another name.", path: "name")
            }
        }
        defer { end(new.name) }
        let binding = SecretBinding(name: new.name, provider: new.provider, origin: baseURL.origin, keyVersion: 1)
        let now = clock.wallMilliseconds()
        let row = VaultRow(
            name: new.name, provider: new.provider, baseURL: baseURL.text, origin: baseURL.origin, models: new.models,
            expiresAtMilliseconds: expiry, note: new.note, rateLimits: new.rateLimits, usageLimits: new.usageLimits,
            fingerprint: fingerprint(of: new.secret.canonical, master),
            secret: try Envelope.seal(new.secret.canonical, binding, master, random),
            createdAtMilliseconds: now, updatedAtMilliseconds: now)
        let entry = VaultEntry(row, master)
        try await storage.insertVaultRow(row, AuditEvent(.keyCreated, by: actor, of: row.name))
        publish(entry)
        return info(entry)
    }

    /// - Throws: `not_found`; `invalid_params` with the field that cannot be taken, `base_url` when it leaves the origin.
    package func update(
        _ name: String, _ change: VirtualKeyChange, by actor: PeerIdentity? = nil
    ) async throws(GatewayFailure) -> VirtualKeyInfo {
        try await replace(name, AuditEvent(.keyUpdated, by: actor, of: name)) { row throws(GatewayFailure) in
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
                try checkLimits(limits, "rate_limits")
                row.rateLimits = limits
            }
            if let limits = change.usageLimits {
                try checkLimits(limits, "usage_limits")
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
        let (master, random, now) = (master, random, clock.wallMilliseconds())
        return try await replace(name, AuditEvent(.keyRotated, by: actor, of: name)) { row throws(GatewayFailure) in
            var binding = row.binding(row.secret)
            binding.keyVersion += 1
            row.previous =
                graceSeconds == 0 ? nil : PreviousSecret(secret: row.secret, untilMilliseconds: now + graceSeconds * 1000)
            row.secret = try Envelope.seal(secret.canonical, binding, master, random)
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
        changes.add(1, ordering: .releasing)
    }

    /// Writes down when keys were last used, and drops rotated secrets whose grace has ended. To be called now and then, and
    /// before the end.
    package func maintain() async throws(GatewayFailure) {
        let now = clock.wallMilliseconds()
        let entries = state.withLock { Array($0.entries.values) }
        let uses = entries.compactMap { $0.takeUse() }
        if !uses.isEmpty { try await storage.recordVaultUse(uses) }
        for entry in entries where entry.row.previous.map({ $0.untilMilliseconds <= now }) ?? false {
            _ = try await replace(entry.row.name, nil) { row in
                if let previous = row.previous, previous.untilMilliseconds <= now { row.previous = nil }
            }
        }
    }
}

// MARK: - Parts

extension KeyVault {
    private func info(_ entry: VaultEntry) -> VirtualKeyInfo { VirtualKeyInfo(entry, now: clock.wallMilliseconds()) }

    private func entry(_ name: String) throws(GatewayFailure) -> VaultEntry {
        guard let entry = state.withLock({ $0.entries[name] }) else {
            throw GatewayFailure(.notFound, "There is no virtual key '\(name)'. List those that are there: wicket keys list")
        }
        return entry
    }

    private func entry(_ name: String, for origin: String) throws(GatewayFailure) -> VaultEntry {
        let entry = try entry(name)
        guard entry.row.origin == origin else {
            throw .diverted(
                key: name, "Virtual key '\(name)' is for \(entry.row.origin) only, and was not sent to \(origin).")
        }
        return entry
    }

    /// Changes a row on a copy, makes that durable, then shows it to requests.
    /// - Parameter event: nil for upkeep, which is nobody's change.
    private func replace(
        _ name: String, _ event: AuditEvent?, _ change: (inout VaultRow) throws(GatewayFailure) -> Void
    ) async throws(GatewayFailure) -> VirtualKeyInfo {
        _ = try entry(name)
        try begin(name) { _ in }
        defer { end(name) }
        let old = try entry(name)
        var row = old.row
        row.lastUsedAtMilliseconds = old.lastUsedAtMilliseconds
        if event != nil { row.updatedAtMilliseconds = clock.wallMilliseconds() }
        try change(&row)
        let entry = VaultEntry(row, master, callers: old.callers)
        try await storage.updateVaultRow(row, event)
        publish(entry)
        return info(entry)
    }

    /// Claims a name for one change.
    private func begin(_ name: String, _ check: (borrowing State) throws(GatewayFailure) -> Void) throws(GatewayFailure) {
        let outcome = state.withLock { state in
            Result { () throws(GatewayFailure) in
                try check(state)
                try state.changes.claim(name, "virtual key")
            }
        }
        try outcome.get()
    }

    private func end(_ name: String) { state.withLock { $0.changes.release(name) } }

    private func publish(_ entry: VaultEntry) {
        state.withLock { $0.entries[entry.row.name] = entry }
        changes.add(1, ordering: .releasing)
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
