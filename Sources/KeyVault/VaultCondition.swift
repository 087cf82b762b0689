// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Synchronization

/// What may be told of the vault: all but its keys.
package struct VaultCondition: Sendable {
    /// Why it is locked and what to do, as a sentence; nil when it is open.
    package var lockedReason: String?
    /// Whether a passphrase would open it; the first one sets it.
    package var needsPassphrase = false
    package var needsFirstPassphrase = false
    /// Of the master key that the vault is open with.
    package var source: MasterKeySource?
    package var masterKeyID: String?
    package var masterKeyPath: String?
    package var virtualKeys: Int
    /// How many of them can be opened; none while the vault is locked.
    package var readable: Int
    /// How many cannot although the vault is open.
    package var unreadable: Int
    /// Of the envelope that new secrets get.
    package var format: Int

    package var isUnlocked: Bool { lockedReason == nil }
}

extension KeyVault {
    package var condition: VaultCondition {
        let (entries, phase) = state.withLock { ($0.entries.values.map(\.isReadable), $0.lock.phase) }
        let readable = entries.count(where: \.self)
        var condition = VaultCondition(
            virtualKeys: entries.count, readable: readable, unreadable: entries.count - readable, format: Int(Envelope.format))
        switch phase {
        case .locked(let reason):
            condition.lockedReason = "The vault is locked: \(reason.text)."
            condition.unreadable = 0
            condition.needsPassphrase = reason == .passphrase(isNew: false)
            condition.needsFirstPassphrase = reason == .passphrase(isNew: true)
        case .open(let master):
            condition.source = master.source
            condition.masterKeyID = master.key.id
            condition.masterKeyPath = places.path(of: master.source)
        }
        return condition
    }

    package var isUnlocked: Bool { state.withLock { $0.lock.reason == nil } }
}
