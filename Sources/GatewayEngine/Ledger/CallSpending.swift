// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import JSONBytes
import ProviderAdapters

/// What the ledger must know of a call, for all of its tries. Confined to the call's reactor; a flight that outlives its call
/// holds on to it.
final class CallSpending {
    let ledger: SharedLedger
    let rules: BudgetRules
    private let call: GatewayCall
    private let prices: PriceBook
    private let traceID: String
    private let spanID: String
    private let startedAtMilliseconds: Int
    private let metadata: [String: String]
    /// The first reservation.
    private var first: Int?

    /// - Returns: nil where nothing limits the call.
    init?(
        _ call: GatewayCall, _ targets: CallTargets, _ engine: GatewayEngine, _ report: CallReport, startedAt wall: Int
    ) {
        let rules = engine.budgets
        guard let ledger = engine.ports.ledger, call.operation != .models,
            targets.limitSpending || !rules.budgets.isEmpty || call.policy?.defaults.budget != nil
        else { return nil }
        self.ledger = ledger
        self.rules = rules
        self.call = call
        prices = engine.prices
        traceID = report.traceID
        spanID = report.spanID
        startedAtMilliseconds = wall
        metadata = rules.looksAtMetadata ? call.metadataTexts : [:]
    }

    /// What a try is to hold; nil where nothing limits it.
    /// - Parameter request: as it goes out, in the caller's dialect.
    func claim(
        at target: Target, _ request: JSONNode, of document: JSONDocument
    ) throws(GatewayFailure) -> SpendingClaim? {
        let subject = BudgetSubject(
            virtualKey: target.virtualKey, keyRules: target.limits, policy: call.policy?.name,
            policyBudget: call.policy?.defaults.budget, uid: call.peer.uid, unit: call.peer.unit, metadata: metadata)
        let scopes = try rules.scopes(of: subject)
        if scopes.isEmpty { return nil }
        return SpendingClaim(self, scopes, worst(at: target, RequestMeasure(request, in: document)), target)
    }

    private func worst(at target: Target, _ request: RequestMeasure) -> Spending {
        let price = prices.price(at: target)
        let output = call.operation.makesText ? request.largestOutput(price: price?.price) : 0
        let tokens = request.largestInput(model: target.model, price: price?.price).flatMap { input in
            output.map { input.addingReportingOverflow($0).overflow ? .max : input + $0 }
        }
        return Spending(nanoUSD: price?.worstCost(of: request, model: target.model)?.value, tokens: tokens)
    }

    func reservation(_ id: Int, _ claims: [BudgetClaim], _ worst: Spending, _ target: Target) -> BudgetReservation {
        let first = first ?? id
        self.first = first
        return BudgetReservation(
            id: id, firstOfCall: first,
            claims: claims.map { BudgetCharge(account: $0.account, window: $0.window.start, amount: $0.reserved) },
            traceID: traceID, spanID: spanID, startedAtMilliseconds: startedAtMilliseconds, method: call.operation.rawValue,
            peer: call.peer, policy: call.policy?.name, virtualKey: target.virtualKey, provider: target.provider.id,
            model: target.model, target: target.path, stream: call.wantsStream, metadata: call.options.metadata,
            worstCost: worst.nanoUSD.map(NanoUSD.init))
    }
}

/// What one try holds of budgets and rates from before it is sent until it is settled.
final class SpendingClaim {
    private let spending: CallSpending
    private let scopes: [SpendingScope]
    private let worst: Spending
    private let target: Target
    /// Once it was admitted; who settles it names it by this.
    private(set) var reservation: Int?
    /// Whoever accounts for a flight settles it.
    var isHandedOver = false

    init(_ spending: CallSpending, _ scopes: [SpendingScope], _ worst: Spending, _ target: Target) {
        self.spending = spending
        self.scopes = scopes
        self.worst = worst
        self.target = target
    }

    /// Nobody has settled it: the try was given up before anything came of it.
    deinit {
        if let reservation, !isHandedOver { spending.ledger.settleAlone(reservation, .nothing) }
    }

    /// Is admitted, and durable. The second time it is so already.
    /// - Throws: `budget_exceeded`, `rate_limited`; `overloaded` where the disk does not take it and the rules say so.
    func reserve() async throws(GatewayFailure) {
        if reservation != nil { return }
        let ledger = spending.ledger
        let (id, claims) = try ledger.admit(scopes, worst, isUnpricedAllowed: spending.rules.unpriced == .allow)
        reservation = id
        // Rates are nothing to be kept.
        if claims.isEmpty { return }
        do throws(GatewayFailure) {
            try await ledger.store(spending.reservation(id, claims, worst, target))
        } catch {
            if spending.rules.onStoreFailure == .allow { return }
            reservation = nil
            _ = ledger.settle(id, .nothing)
            throw GatewayFailure(
                .overloaded,
                "What this call may cost could not be written down, so it was not sent. \(error.message) Calls under a budget "
                    + "are refused until then, unless the configuration has budgets: {on_store_failure: allow}.",
                retryAfterMilliseconds: 1000)
        }
    }
}

extension GatewayFailure {
    /// Whether the gateway's own limits refuse a try: another target may be under others.
    var refusesSpending: Bool { code == .budgetExceeded || code == .rateLimited || code == .overloaded }
}

extension GatewayCall {
    /// Top-level texts, numbers and flags of the metadata.
    fileprivate var metadataTexts: [String: String] {
        guard let bytes = options.metadata, let document = try? JSONDocument(bytes) else { return [:] }
        var texts: [String: String] = [:]
        for (key, value) in document.members(of: document.root) where !document.isNull(value) {
            guard let name = document.string(key) else { continue }
            texts[name] = document.string(value) ?? String(decoding: document.raw(value), as: UTF8.self)
        }
        return texts
    }
}

extension Operation {
    /// Whether tokens come out of it.
    fileprivate var makesText: Bool {
        switch self {
        case .embeddings: false
        case .chat, .messages, .models: true
        }
    }
}
