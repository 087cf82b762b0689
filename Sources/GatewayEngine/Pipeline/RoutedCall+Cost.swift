// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import ProviderAdapters
import Synchronization

/// What a call's tries cost.
extension RoutedCall {
    /// Adds a try's usage and cost to the call's, each at its own target's price.
    ///
    /// One that failed and of which nothing is known cost nothing, and so does a list of models. A stream of which the provider
    /// did not say all that it used is counted by what came.
    func bill(_ attempt: any Attempt, _ usage: Usage, hasFailed: Bool) {
        report.usage.add(usage)
        if maker.call.operation == .models || usage.isEmpty && hasFailed { return settleUnknown(attempt) }
        let tokens = usage.inputTokens.map { $0 + (usage.outputTokens ?? 0) } ?? usage.outputTokens
        let price = prices.price(at: attempt.target, answered: attempt.responseModel)
        let amount = price?.price.cost(of: usage)
        let settled = settle(attempt, Spending(nanoUSD: amount?.value, tokens: tokens))
        if let amount {
            report.cost.add(attempt.unreported == nil ? .priced(amount) : .estimated(amount))
        } else if let reserved = settled?.nanoUSD {
            report.cost.add(.estimated(NanoUSD(reserved)))
        } else {
            report.cost = .unpriced
        }
        report.priceDigest = price?.digest ?? report.priceDigest
    }

    /// A try that was never sent has cost nothing.
    func release(_ attempt: any Attempt) { settle(attempt, .nothing) }

    /// A try that failed, and of which the provider said nothing. An error is not billed; where there was not even that, a budget
    /// is only safe when it counts as much as was reserved.
    private func settleUnknown(_ attempt: any Attempt) {
        if attempt.status != 0 && !(200..<300).contains(attempt.status) || attempt.reachedNobody {
            settle(attempt, Spending(nanoUSD: 0, tokens: 0))
        } else if let reserved = settle(attempt, Spending(nanoUSD: nil, tokens: nil))?.nanoUSD {
            report.cost.add(.estimated(NanoUSD(reserved)))
        }
    }

    /// - Returns: what was reserved; nil where nothing was.
    @discardableResult
    private func settle(_ attempt: any Attempt, _ actual: Spending) -> Spending? {
        guard let reservation = attempt.reservation, let ledger = ports.ledger,
            let (settlement, worst) = ledger.settle(reservation, actual)
        else { return nil }
        if !settlement.charges.isEmpty { report.settlements.append(settlement) }
        return worst
    }

    /// What a try used: as its provider says or, where a stream's does not, as it was counted here.
    func usage(of attempt: any Attempt) -> Usage {
        var usage = attempt.usage
        if let stream = attempt.unreported {
            usage.complete(
                with: stream, inputTokens: RequestMeasure(maker.call.request, in: maker.call.document).likelyInput)
        }
        return usage
    }

    /// What a kept answer saved: what it would cost to ask for it now.
    func countSaving(_ attempt: any Attempt) {
        guard let used = attempt.cacheNote?.used,
            let price = prices.price(at: attempt.target, answered: attempt.responseModel), let amount = price.price.cost(of: used)
        else { return }
        report.saved = amount
        report.priceDigest = price.digest ?? report.priceDigest
        ports.cache?.counts.withLock { $0.save(amount) }
    }
}
