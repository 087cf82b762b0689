// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// Where the ledger is kept: what is reserved and what was spent. Nothing of it blocks a reactor.
package protocol LedgerStorage: Sendable {
    /// Makes a reservation durable.
    /// - Throws: where the disk does not take it now.
    func reserve(_ reservation: BudgetReservation) async throws(GatewayFailure)
    /// Settles a reservation that no row of the journal settles. Queued, and kept until the disk takes it.
    func settle(_ settlement: BudgetSettlement)
    /// Adds charges to what was spent, negative ones to take it back.
    func adjustLedger(_ charges: [BudgetCharge], _ event: AuditEvent?) async throws(GatewayFailure)
    /// Settles what a daemon that ended too early has left open at what it had reserved, each call with a row that says so.
    func recoverLedger() async throws(GatewayFailure) -> LedgerRecovery
}

/// What one try holds of budgets, and what must be known of its call should nobody be left to tell.
package struct BudgetReservation: Sendable {
    package var id: Int
    /// The first reservation of the same call.
    package var firstOfCall: Int
    package var claims: [BudgetCharge]
    package var traceID: String
    package var spanID: String
    package var startedAtMilliseconds: Int
    package var method: String
    package var peer: PeerIdentity
    package var policy: String?
    package var virtualKey: String?
    package var provider: String
    package var model: String
    package var target: String
    package var stream: Bool
    package var metadata: [UInt8]?
    /// nil: nobody knows.
    package var worstCost: NanoUSD?

    package init(
        id: Int, firstOfCall: Int, claims: [BudgetCharge], traceID: String, spanID: String, startedAtMilliseconds: Int,
        method: String, peer: PeerIdentity, policy: String?, virtualKey: String?, provider: String, model: String,
        target: String, stream: Bool, metadata: [UInt8]?, worstCost: NanoUSD?
    ) {
        self.id = id
        self.firstOfCall = firstOfCall
        self.claims = claims
        self.traceID = traceID
        self.spanID = spanID
        self.startedAtMilliseconds = startedAtMilliseconds
        self.method = method
        self.peer = peer
        self.policy = policy
        self.virtualKey = virtualKey
        self.provider = provider
        self.model = model
        self.target = target
        self.stream = stream
        self.metadata = metadata
        self.worstCost = worstCost
    }
}

/// What was found at the start.
package struct LedgerRecovery: Sendable, Equatable {
    /// What is spent, in the windows that are kept.
    package var spent: [BudgetCharge]
    /// Calls that were cut.
    package var calls: Int

    package init(spent: [BudgetCharge] = [], calls: Int = 0) {
        self.spent = spent
        self.calls = calls
    }
}
