// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel
import Synchronization

/// The virtual keys: who asks by name gets, for one request to one origin, the provider's key.
///
/// All rows are in memory, their keys opened; storage is read once and written at each change. A change is seen by requests when
/// it is durable, and two changes of one name never overlap. While the vault is locked there are rows, and nothing that opens
/// them.
package final class KeyVault: SecretSource, Sendable {
    struct State {
        var entries: [String: VaultEntry] = [:]
        var lock = VaultLock()
    }
    let state: Mutex<State>
    private let changes = Atomic<UInt64>(0)
    let storage: any VaultStorage
    let places: MasterKeyPlaces
    let clock: GatewayClock
    let random: RandomSource
    let whenOpened: @Sendable (SecretBytes) -> Void

    /// Loads all rows, and opens the vault where its master key is found.
    ///
    /// Without one it stays locked, and says what it needs. A row that does not open is listed as unreadable; the others work.
    ///
    /// - Parameter whenOpened: is shown each provider key before a request can have it.
    package init(
        storage: any VaultStorage, places: MasterKeyPlaces, clock: GatewayClock, random: RandomSource = .system,
        whenOpened: @escaping @Sendable (SecretBytes) -> Void = { _ in }
    ) async throws(GatewayFailure) {
        self.storage = storage
        self.places = places
        self.clock = clock
        self.random = random
        self.whenOpened = whenOpened
        var state = State()
        for row in try await storage.loadVault() { state.entries[row.name] = VaultEntry(row, nil) }
        for caller in try await storage.loadKeyCallers() {
            _ = state.entries[caller.key]?.callers.isFirstUse(uid: caller.uid, unit: caller.unit)
        }
        self.state = Mutex(state)
        try await open(nil, by: nil)
    }

    /// How far the memory protects that keys lie in.
    package var memory: LockedMemory.Protection { LockedMemory.shared.protection }

    // MARK: For requests

    package var generation: UInt64 { changes.load(ordering: .acquiring) }

    package func virtualKey(named name: String) throws(GatewayFailure) -> VirtualKey { try unlockedEntry(name).virtualKey }

    package func apiKey(of name: String, for origin: String, by peer: PeerIdentity) throws(GatewayFailure) -> SecretBytes {
        let entry = try entry(name, for: origin)
        let key = try entry.apiKey(now: clock.wallMilliseconds())
        if entry.callers.isFirstUse(uid: peer.uid, unit: peer.unit) {
            storage.append(AuditEvent(.keyFirstUsed, by: peer, of: name))
        }
        return key
    }

    package func previousAPIKey(of name: String, for origin: String) throws(GatewayFailure) -> SecretBytes? {
        try entry(name, for: origin).previousAPIKey(now: clock.wallMilliseconds())
    }
}

// MARK: - Parts

extension KeyVault {
    func info(_ entry: VaultEntry) -> VirtualKeyInfo { VirtualKeyInfo(entry, now: clock.wallMilliseconds()) }

    func seal(
        _ secret: SecretParts, _ binding: SecretBinding, _ master: MasterKey
    ) throws(GatewayFailure) -> SealedSecret {
        try withoutTraces { () throws(GatewayFailure) in
            try Envelope.seal(secret.canonical, binding, master, random)
        }
    }

    func entry(_ name: String) throws(GatewayFailure) -> VaultEntry {
        guard name.isASCII, let entry = state.withLock({ $0.entries[name] }) else { throw noSuchKey(name) }
        return entry
    }

    /// - Throws: `vault_locked` while nothing can be opened; `not_found`.
    private func unlockedEntry(_ name: String) throws(GatewayFailure) -> VaultEntry {
        let outcome = state.withLock { state in
            Result { () throws(GatewayFailure) in
                guard name.isASCII, let entry = state.entries[name] else { throw noSuchKey(name) }
                try state.lock.requireOpen()
                return entry
            }
        }
        return try outcome.get()
    }

    private func entry(_ name: String, for origin: String) throws(GatewayFailure) -> VaultEntry {
        let entry = try unlockedEntry(name)
        guard entry.row.origin == origin else {
            throw .diverted(
                key: name, "Virtual key '\(name)' is for \(entry.row.origin) only, and was not sent to \(origin).")
        }
        return entry
    }

    /// Claims a name for one change.
    func begin<Value: Sendable>(
        _ name: String, _ check: (borrowing State) throws(GatewayFailure) -> Value
    ) throws(GatewayFailure) -> Value {
        let outcome = state.withLock { state in
            Result { () throws(GatewayFailure) in
                let value = try check(state)
                try state.lock.claim(name)
                return value
            }
        }
        return try outcome.get()
    }

    func end(_ name: String) { state.withLock { $0.lock.release(name) } }

    func publish(_ entry: VaultEntry) {
        state.withLock { $0.entries[entry.row.name] = entry }
        noteChange()
    }

    /// What was made of the vault's answers before holds no more.
    func noteChange() { changes.add(1, ordering: .releasing) }
}

private func noSuchKey(_ name: String) -> GatewayFailure {
    GatewayFailure(.notFound, "There is no virtual key '\(name)'. List those that are there: wicket keys list")
}
