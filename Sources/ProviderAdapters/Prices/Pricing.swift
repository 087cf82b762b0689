// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What models cost here: the user's own prices over the table of published ones.
package struct Pricing: Sendable {
    package let table: PriceTable
    /// By name in lower case: `provider/model`, or `model`.
    private let own: [String: OwnPrice]
    private let catalog: ProviderCatalog

    /// - Parameter catalog: which names before a `/` are providers'.
    package init(own: [OwnPrice] = [], catalog: ProviderCatalog = .builtIn, table: PriceTable = .builtIn) {
        self.table = table
        self.catalog = catalog
        self.own = Dictionary(own.map { ($0.name.lowercased(), $0) }) { $1 }
    }

    /// What a call is billed by. The model that answered counts where it has a price, else the one that was asked; the user's own
    /// price of either goes before the table's.
    /// - Parameters:
    ///   - asked: as the provider knows it.
    ///   - answered: as the provider names it; nil while nobody has answered.
    /// - Returns: nil when nobody knows the price.
    package func price(asked: String, answered: String? = nil, at provider: Provider) -> KnownPrice? {
        let first = price(of: asked, at: provider)
        guard let answered, answered != asked, let second = price(of: answered, at: provider) else { return first }
        return first?.isOwn == true && !second.isOwn ? first : second
    }

    private func price(of model: String, at provider: Provider) -> KnownPrice? {
        let row = table.row(of: model, at: provider.id)
        if let own = ownPrice(of: model, at: provider.id) { return KnownPrice(own, over: row?.price) }
        if let row { return KnownPrice(price: row.price, digest: row.digest, isOwn: false) }
        return provider.dialect == .local ? .free : nil
    }

    func ownPrice(of model: String, at provider: String) -> OwnPrice? {
        if own.isEmpty { return nil }
        for name in PricedName.texts(of: model.lowercased(), at: provider) {
            if let price = own["\(provider)/\(name)"] { return price }
            // `openai/gpt-4o` is a model of another provider, too, which is not meant.
            let isOfProvider = name.firstIndex(of: "/").map { catalog.provider(String(name[..<$0])) != nil } ?? false
            if !isOfProvider, let price = own[name] { return price }
        }
        return nil
    }
}

/// A price, and what it was taken from. An object: it is kept once, and goes along with many calls.
package final class KnownPrice: Sendable {
    package let price: ModelPrice
    /// Of the table's row, or of the user's own values: another one when any of these is another. nil where nothing is charged.
    package let digest: String?
    /// Whether it is the user's own.
    package let isOwn: Bool

    init(price: ModelPrice, digest: String?, isOwn: Bool) {
        self.price = price
        self.digest = digest
        self.isOwn = isOwn
    }

    /// - Parameter published: which says how much goes into the model.
    convenience init(_ own: OwnPrice, over published: ModelPrice?) {
        var price = published ?? ModelPrice(mode: .chat, accepts: [.text], produces: [.text], standard: UnitPrices())
        price.standard = own.prices
        price.batch = nil
        price.longContext = []
        self.init(price: price, digest: own.digest, isOwn: true)
    }

    /// Of what runs in this process.
    static let free: KnownPrice = {
        var prices = UnitPrices()
        prices.input = 0
        prices.output = 0
        return KnownPrice(
            price: ModelPrice(mode: .chat, accepts: [.text], produces: [.text], standard: prices), digest: nil, isOwn: false)
    }()

    /// The most that a request can cost.
    /// - Parameter model: as the provider knows it.
    /// - Returns: nil where nothing bounds its tokens, or nobody knows what they cost.
    package func worstCost(of request: RequestMeasure, model: String) -> NanoUSD? {
        guard let input = request.largestInput(model: model, price: price), let output = request.largestOutput(price: price)
        else {
            // How many tokens it has matters only where they cost something.
            let billsTokens = price.standard.billsTokens && !price.standard.isFree
            return billsTokens ? nil : price.worstCost(inputTokensBound: 0, outputTokensBound: 0)
        }
        return price.worstCost(inputTokensBound: input, outputTokensBound: output)
    }
}
