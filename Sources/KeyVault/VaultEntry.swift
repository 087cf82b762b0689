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

    init(_ sealed: SealedSecret, _ binding: SecretBinding, _ master: MasterKey) throws(Envelope.Fault) {
        dataKey = try Envelope.unwrap(sealed, binding, master)
        box = try Envelope.parse(sealed.ciphertext)
        self.binding = binding.forSecret
    }

    func apiKey() throws(Envelope.Fault) -> SecretBytes {
        let key = try Envelope.open(box, SymmetricKey(data: dataKey.bytes), binding) { SecretParts.apiKey(in: $0) }
        guard let key else { throw .damaged }
        return key
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

    init(_ row: VaultRow, _ master: MasterKey, callers: KeyCallers = KeyCallers()) {
        self.row = row
        self.callers = callers
        let baseURL = try? BaseURL(row.baseURL)
        // Where the address cannot be read, the secret below cannot be opened either, and nothing is sent.
        virtualKey = VirtualKey(
            name: row.name, provider: row.provider, baseURL: baseURL ?? .inProcess, models: row.models,
            expiresAtMilliseconds: row.expiresAtMilliseconds)
        secret = Result { () throws(Envelope.Fault) in
            // The path prefix is not bound, the origin is: a base URL that left it was not written by the vault.
            guard baseURL?.origin == row.origin else { throw .damaged }
            return try OpenableSecret(row.secret, row.binding(row.secret), master)
        }
        previous = row.previous.flatMap { try? OpenableSecret($0.secret, row.binding($0.secret), master) }
        lastUsed = Atomic(row.lastUsedAtMilliseconds ?? 0)
        lastUseSaved = Atomic(row.lastUsedAtMilliseconds ?? 0)
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

    /// A use that was not given out before, or nil.
    func takeUse() -> VaultUse? {
        let value = lastUsed.load(ordering: .relaxed)
        if lastUseSaved.exchange(value, ordering: .relaxed) == value { return nil }
        return VaultUse(name: row.name, atMilliseconds: value)
    }
}

extension VaultRow {
    func binding(_ sealed: SealedSecret) -> SecretBinding {
        SecretBinding(name: name, provider: provider, origin: origin, keyVersion: sealed.keyVersion)
    }
}

extension Envelope.Fault {
    var reason: String {
        switch self {
        case .wrongMasterKey:
            "it was sealed under another master key: restore that one's file, or rotate the key to give it a new secret"
        case .damaged: "its row was changed or damaged: rotate the key to give it a new secret, or restore a backup"
        case .unknownFormat: "it was sealed by a newer wicketd: run that one"
        }
    }

    func failure(_ name: String) -> GatewayFailure {
        var failure = GatewayFailure(.internalError, "The secret of virtual key '\(name)' cannot be opened; \(reason).")
        // A row that was changed may have been changed to send its key elsewhere.
        if self == .damaged { failure.divertedKey = name }
        return failure
    }
}
