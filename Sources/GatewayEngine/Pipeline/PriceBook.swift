// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters

/// The prices of the models that were asked lately: finding one costs more than working out a cost with it. Confined to its
/// engine's reactor.
final class PriceBook {
    private struct Entry: Hashable {
        var provider: String
        var asked: String
        var answered: String?
    }

    private let pricing: Pricing
    private var known: [Entry: KnownPrice?] = [:]
    /// Names come from outside: more than so many are not kept.
    private static let capacity = 512

    init(_ pricing: Pricing) { self.pricing = pricing }

    /// As `Pricing.price`.
    func price(at target: Target, answered: String? = nil) -> KnownPrice? {
        let entry = Entry(provider: target.provider.id, asked: target.model, answered: answered)
        if let price = known[entry] { return price }
        let price = pricing.price(asked: target.model, answered: answered, at: target.provider)
        if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
        known[entry] = .some(price)
        return price
    }
}
