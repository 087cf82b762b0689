// SPDX-License-Identifier: Apache-2.0
import Crypto
import GatewayEngine
import GatewayModel
import Synchronization

/// A sealed secret with its data key unwrapped: all that it takes to open it, and no plain text.
///
/// Data keys stay unwrapped, in locked memory, from load to deletion, and the secret is opened anew for each request: one AES-GCM
/// operation a request instead of two, and the provider's key itself exists only while a request is signed.
struct OpenableSecret: Sendable {
    private let box: AES.GCM.SealedBox
    private let dataKey: LockedKey
    private let binding: [UInt8]

    /// - Parameter sealed: one of the row's.
    init(_ row: VaultRow, _ sealed: SealedSecret, _ master: MasterKey) throws(Envelope.Fault) {
        let binding = row.binding(sealed)
        box = try Envelope.parse(sealed.ciphertext, binding.format)
        let dataKey = try Envelope.unwrap(sealed, binding, master)
        guard row.isAuthentic(master) else { throw .damaged }
        self.dataKey = dataKey
        self.binding = binding.forSecret
    }

    func apiKey() throws(Envelope.Fault) -> SecretBytes {
        let key = try Envelope.open(box, SymmetricKey(data: dataKey.bytes), binding) { SecretParts.apiKey(in: $0) }
        guard let key else { throw .damaged }
        return key
    }

    /// nil where the secret does not open.
    func newFingerprint(_ master: MasterKey) -> String? {
        try? withPlain { fingerprint(ofBytes: $0, master) }
    }

    /// The same secret for a row of the present format: its data key wrapped anew, and where the format changes, under a new one.
    /// - Returns: nil where the secret does not open.
    func resealed(
        _ sealed: SealedSecret, _ new: SecretBinding, _ master: MasterKey, _ random: RandomSource
    ) throws(GatewayFailure) -> SealedSecret? {
        if sealed.ciphertext.first == new.format {
            guard (try? withPlain { _ in }) != nil else { return nil }
            var moved = sealed
            moved.masterKeyID = master.id
            moved.wrappedDataKey = try Envelope.wrap(dataKey, new, master, random)
            return moved
        }
        let outcome = try? withPlain { plain in
            Result { () throws(GatewayFailure) in try Envelope.seal(plain, new, master, random) }
        }
        return try outcome?.get()
    }

    private func withPlain<Value>(_ body: (UnsafeRawBufferPointer) -> Value) throws(Envelope.Fault) -> Value {
        try Envelope.open(box, SymmetricKey(data: dataKey.bytes), binding, body)
    }
}

/// One virtual key in memory. Immutable but for its last use, so that it is taken from under the lock and read outside of it.
final class VaultEntry: Sendable {
    let row: VaultRow
    let virtualKey: VirtualKey
    /// Why the secret cannot be opened, where that was seen when the row was read.
    let secret: Result<OpenableSecret, Envelope.Fault>
    private let previous: OpenableSecret?
    /// Who has used it; the same object as long as the key lives, however its row changes.
    let callers: KeyCallers
    /// Milliseconds since 1970; 0 for never.
    private let lastUsed: Atomic<Int>
    private let lastUseSaved: Atomic<Int>

    /// - Parameter master: nil while the vault is locked.
    init(_ row: VaultRow, _ master: MasterKey?, callers: KeyCallers = KeyCallers()) {
        self.row = row
        self.callers = callers
        let baseURL = try? BaseURL(row.baseURL)
        // Where the address cannot be read, the secret below cannot be opened either, and nothing is sent.
        virtualKey = VirtualKey(
            name: row.name, provider: row.provider, baseURL: baseURL ?? .inProcess, models: row.models,
            expiresAtMilliseconds: row.expiresAtMilliseconds)
        secret = Result { () throws(Envelope.Fault) in
            // The path prefix is not bound, the origin is: a base URL that left it was not written by the vault.
            guard let master else { throw .locked }
            guard baseURL?.origin == row.origin else { throw .damaged }
            return try OpenableSecret(row, row.secret, master)
        }
        previous = row.previous.flatMap { previous in
            master.flatMap { try? OpenableSecret(row, previous.secret, $0) }
        }
        lastUsed = Atomic(row.lastUsedAtMilliseconds ?? 0)
        lastUseSaved = Atomic(row.lastUsedAtMilliseconds ?? 0)
    }

    var isReadable: Bool {
        if case .success = secret { true } else { false }
    }

    var lastUsedAtMilliseconds: Int? {
        let value = lastUsed.load(ordering: .relaxed)
        return value == 0 ? nil : value
    }

    func apiKey(now: Int) throws(GatewayFailure) -> SecretBytes {
        do throws(Envelope.Fault) {
            let key = try secret.get().apiKey()
            lastUsed.store(now, ordering: .relaxed)
            return key
        } catch {
            throw error.failure(row.name)
        }
    }

    func previousAPIKey(now: Int) throws(GatewayFailure) -> SecretBytes? {
        guard let previous, let until = row.previous?.untilMilliseconds, now < until else { return nil }
        do throws(Envelope.Fault) { return try previous.apiKey() } catch { throw error.failure(row.name) }
    }

    /// Takes over when the entry that this one replaces was used.
    func adoptUse(of old: VaultEntry) {
        lastUsed.store(old.lastUsed.load(ordering: .relaxed), ordering: .relaxed)
        lastUseSaved.store(old.lastUseSaved.load(ordering: .relaxed), ordering: .relaxed)
    }

    /// A use that was not given out before, or nil.
    func takeUse() -> VaultUse? {
        let value = lastUsed.load(ordering: .relaxed)
        if lastUseSaved.exchange(value, ordering: .relaxed) == value { return nil }
        return VaultUse(name: row.name, atMilliseconds: value)
    }
}

extension Envelope.Fault {
    var reason: String {
        switch self {
        case .locked: "the vault is locked: `wicket vault status` tells what it needs"
        case .wrongMasterKey:
            "it was sealed under another master key, perhaps another host's: remove the key and add it again, or restore that one"
        case .damaged: "its row was changed or damaged: remove the key and add it again, or restore a backup"
        case .unknownFormat: "it was sealed by a newer wicketd: run that one"
        }
    }

    func failure(_ name: String) -> GatewayFailure {
        var failure = GatewayFailure(
            self == .locked ? .vaultLocked : .internalError, "The secret of virtual key '\(name)' cannot be opened; \(reason).")
        // A row that was changed may have been changed to send its key elsewhere.
        if self == .damaged { failure.divertedKey = name }
        return failure
    }
}
