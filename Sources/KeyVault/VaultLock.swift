// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel

/// Who may do what to the vault now: whether it is open, which keys are being changed, and whether all of it is.
///
/// Only decides: the vault does what it is told here.
struct VaultLock {
    enum Phase {
        /// No provider key can be read. → open
        case locked(LockReason)
        /// → open, under another master key
        case open(OpenMaster)
    }

    private(set) var phase = Phase.locked(.closed("it is being opened"))
    private var changes = ChangeClaims()
    /// An unlock or a rotation of the master key, which change all keys at once.
    private var isTaken = false
    private var throttle = UnlockThrottle()

    var reason: LockReason? {
        if case .locked(let reason) = phase { reason } else { nil }
    }

    /// Runs for each request.
    /// - Throws: `vault_locked`.
    func requireOpen() throws(GatewayFailure) {
        if case .locked(let reason) = phase { throw Self.isLocked(reason) }
    }

    /// - Throws: `vault_locked`.
    var master: OpenMaster {
        get throws(GatewayFailure) {
            switch phase {
            case .open(let master): return master
            case .locked(let reason): throw Self.isLocked(reason)
            }
        }
    }

    private static func isLocked(_ reason: LockReason) -> GatewayFailure {
        GatewayFailure(.vaultLocked, "The vault is locked: \(reason.text).")
    }

    // MARK: One key

    /// - Throws: `conflict` while another change has the name, or all names.
    mutating func claim(_ name: String) throws(GatewayFailure) {
        if isTaken { throw Self.isBusy }
        try changes.claim(name, "virtual key")
    }

    mutating func release(_ name: String) { changes.release(name) }

    // MARK: All keys

    /// Begins an attempt to open the vault; what it came to is told to `endUnlock`.
    /// - Returns: false where the vault is open already, and nothing has begun.
    /// - Throws: `conflict` while keys are changed, `rate_limited` too soon after a wrong passphrase.
    mutating func beginUnlock(now: UInt64) throws(GatewayFailure) -> Bool {
        if case .open = phase { return false }
        if let wait = throttle.milliseconds(until: now) {
            throw GatewayFailure(
                .rateLimited, "The passphrase was wrong before; try again in \((wait + 999) / 1000) s.",
                retryAfterMilliseconds: wait)
        }
        try take()
        return true
    }

    enum UnlockOutcome {
        case opened(OpenMaster)
        case wrongPassphrase(now: UInt64)
        /// Nothing was tried, or not to the end; the reason is the newest one, if there is one.
        case notOpened(LockReason?)
    }

    mutating func endUnlock(_ outcome: UnlockOutcome) {
        isTaken = false
        switch outcome {
        case .opened(let master):
            phase = .open(master)
            throttle = UnlockThrottle()
        case .wrongPassphrase(let now): throttle.failed(now: now)
        case .notOpened(let reason): if let reason { phase = .locked(reason) }
        }
    }

    /// - Throws: `vault_locked`; `conflict` while keys are changed.
    mutating func beginRotation() throws(GatewayFailure) -> OpenMaster {
        let master = try master
        try take()
        return master
    }

    /// - Parameter master: the new one, nil where the old one stays.
    mutating func endRotation(_ master: OpenMaster?) {
        isTaken = false
        if let master { phase = .open(master) }
    }

    private mutating func take() throws(GatewayFailure) {
        guard !isTaken, changes.isEmpty else { throw Self.isBusy }
        isTaken = true
    }

    private static var isBusy: GatewayFailure {
        GatewayFailure(.conflict, "Another change of the vault is being written; send this one again.", retryable: true)
    }
}

/// Why the vault is locked.
enum LockReason: Sendable, Equatable {
    /// It waits for a passphrase; the first one sets it.
    case passphrase(isNew: Bool)
    /// What is wrong, and what to do: the rest of a sentence.
    case closed(String)

    var text: String {
        switch self {
        case .passphrase(isNew: true): "it has no passphrase yet; set one: wicket vault unlock"
        case .passphrase(isNew: false): "it waits for its passphrase; give it: wicket vault unlock"
        case .closed(let text): text
        }
    }
}

/// After each wrong passphrase the next one has to wait longer: a second, then twice as long, up to half a minute.
struct UnlockThrottle {
    private var failures = 0
    /// Nanoseconds.
    private var notBefore: UInt64 = 0

    mutating func failed(now: UInt64) {
        let seconds = min(30, 1 << min(failures, 5))
        failures += 1
        notBefore = now &+ UInt64(seconds) * 1_000_000_000
    }

    /// How long the next try has to wait; nil for not at all.
    func milliseconds(until now: UInt64) -> Int? {
        if failures == 0 || now >= notBefore { return nil }
        return Int((notBefore - now + 999_999) / 1_000_000)
    }
}
