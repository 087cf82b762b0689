// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters
import Synchronization

/// What a call's tries cost.
extension RoutedCall {
    /// Adds a try's usage and cost to the call's, each at its own target's price.
    ///
    /// One that failed and of which nothing is known cost nothing, and so does a list of models. A stream of which the provider
    /// did not say all that it used is counted by what came.
    func bill(_ attempt: any Attempt, hasFailed: Bool) {
        var usage = attempt.usage
        if let stream = attempt.unreported {
            usage.complete(
                with: stream, inputTokens: RequestMeasure(maker.call.request, in: maker.call.document).likelyInput)
        }
        report.usage.add(usage)
        if maker.call.operation == .models || usage.isEmpty && hasFailed { return }
        guard let price = prices.price(at: attempt.target, answered: attempt.responseModel),
            let amount = price.price.cost(of: usage)
        else {
            report.cost = .unpriced
            return
        }
        report.cost.add(attempt.unreported == nil ? .priced(amount) : .estimated(amount))
        report.priceDigest = price.digest ?? report.priceDigest
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
