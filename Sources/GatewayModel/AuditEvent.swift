// SPDX-License-Identifier: Apache-2.0

/// Something that the audit log keeps: a change of the vault or of a policy, an unlock, a call that was denied. It holds names,
/// never a secret or any part of one.
package struct AuditEvent: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case keyCreated = "key.created"
        case keyUpdated = "key.updated"
        case keyRotated = "key.rotated"
        case keyDeleted = "key.deleted"
        /// A caller, told apart by its uid and unit, used the key for the first time.
        case keyFirstUsed = "key.first_used"
        /// A key was about to be sent elsewhere than where it is bound to, and was not.
        case keyDiverted = "key.diverted"
        case policyCreated = "policy.created"
        case policyUpdated = "policy.updated"
        case policyDeleted = "policy.deleted"
        case vaultUnlocked = "vault.unlocked"
        case vaultUnlockFailed = "vault.unlock_failed"
        case vaultMasterRotated = "vault.master_rotated"
        /// Answers were taken out of the cache.
        case cachePurged = "cache.purged"
        /// What was spent of a budget was forgotten.
        case budgetReset = "budget.reset"
        case callDenied = "call.denied"
    }

    package var kind: Kind
    /// Who did it; nil for the daemon itself.
    package var actor: PeerIdentity?
    /// The name of what it was done to: a key, a policy, a method; empty for the vault itself.
    package var subject: String
    /// More, for a person to read.
    package var detail: String

    package init(_ kind: Kind, by actor: PeerIdentity?, of subject: String = "", detail: String = "") {
        self.kind = kind
        self.actor = actor
        self.subject = subject
        self.detail = detail
    }
}
