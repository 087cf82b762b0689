// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayPolicy
import Synchronization

/// A secret that was opened: what requests need of it, in protected memory until the last of them has ended.
///
/// Opened when its row is read or written, so that no request pays for a cipher, and no data key outlives the opening.
struct OpenedSecret: Sendable {
    /// nil where the secret has other parts instead.
    let apiKey: SecretBytes?
    /// Its parts by name; nil for those that are secret.
    let parts: [String: String?]

    /// - Parameter sealed: one of the row's.
    init(_ row: VaultRow, _ sealed: SealedSecret, _ master: MasterKey) throws(Envelope.Fault) {
        let opened = try withoutTraces { () throws(Envelope.Fault) in try OpenableSecret(row, sealed, master).parts() }
        (apiKey, parts) = (opened.apiKey, opened.values)
    }
}

/// One virtual key in memory. Immutable but for its last use, so that it is taken from under the lock and read outside of it.
final class VaultEntry: Sendable {
    let row: VaultRow
    let virtualKey: VirtualKey
    /// Why the secret cannot be opened, where that was seen when the row was read.
    let secret: Result<OpenedSecret, Envelope.Fault>
    private let previous: OpenedSecret?
    /// Who has used it; the same object as long as the key lives, however its row changes.
    let callers: KeyCallers
    /// Milliseconds since 1970; 0 for never.
    private let lastUsed: Atomic<Int>
    private let lastUseSaved: Atomic<Int>

    /// - Parameters:
    ///   - master: nil while the vault is locked.
    ///   - whenOpened: is shown each provider key before a request can have it.
    init(
        _ row: VaultRow, _ master: MasterKey?, callers: KeyCallers = KeyCallers(),
        whenOpened: (SecretBytes) -> Void = { _ in }
    ) {
        self.row = row
        self.callers = callers
        let baseURL = try? BaseURL(row.baseURL)
        let secret = Result { () throws(Envelope.Fault) in
            // The path prefix is not bound, the origin is: a base URL that left it was not written by the vault.
            guard let master else { throw .locked }
            guard baseURL?.origin == row.origin else { throw .damaged }
            let opened = try OpenedSecret(row, row.secret, master)
            // Of the first format, which says nothing of limits and models, nothing is taken once the vault was opened.
            guard row.id != nil else { throw .damaged }
            return opened
        }
        self.secret = secret
        let opened = try? secret.get()
        // Where the address cannot be read, the secret cannot be opened either, and nothing is sent.
        virtualKey = VirtualKey(
            name: row.name, provider: row.provider, baseURL: baseURL ?? .inProcess, models: row.models,
            expiresAtMilliseconds: row.expiresAtMilliseconds, hasPreviousAPIKey: row.previous != nil,
            parts: opened?.parts.compactMapValues { $0 } ?? [:],
            limits: (try? LimitReader.rules(usage: row.usageLimits, rates: row.rateLimits)) ?? .nothing)
        previous = row.previous.flatMap { previous in
            master.flatMap { try? OpenedSecret(row, previous.secret, $0) }
        }
        for key in [opened?.apiKey, previous?.apiKey] { if let key { whenOpened(key) } }
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
        switch secret {
        case .success(let opened):
            guard let key = opened.apiKey else { throw noAPIKey }
            lastUsed.store(now, ordering: .relaxed)
            return key
        case .failure(let fault): throw fault.failure(row.name)
        }
    }

    func previousAPIKey(now: Int) -> SecretBytes? {
        guard let previous, let until = row.previous?.untilMilliseconds, now < until else { return nil }
        return previous.apiKey
    }

    private var noAPIKey: GatewayFailure {
        .invalidParams(
            "options.virtual_key",
            "The virtual key '\(row.name)' holds no api_key, and this version signs requests with nothing else: its parts are "
                + "kept for one that can. For Bedrock, make a Bedrock API key.")
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
