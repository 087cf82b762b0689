// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Testing

@testable import ProviderAdapters

struct PricingTests {
    private static func provider(_ id: String) -> Provider {
        ProviderCatalog.builtIn.provider(id) ?? .openAICompatible(id: id, baseURL: "https://\(id).example.com")
    }
    private static func own(_ name: String, input: Int) -> OwnPrice {
        var prices = UnitPrices()
        prices.input = input
        return OwnPrice(name: name, prices: prices)
    }
    private func input(_ pricing: Pricing, _ asked: String, _ answered: String? = nil, _ provider: String = "openai") -> Int? {
        pricing.price(asked: asked, answered: answered, at: Self.provider(provider))?.price.standard.input
    }

    @Test func `the model that answered counts where it has a price, else the one that was asked`() {
        let pricing = Pricing()
        #expect(input(pricing, "gpt-4o", "gpt-4o-2024-05-13") == 5_000_000)
        #expect(input(pricing, "gpt-4o", "unheard-of") == 2_500_000)
        #expect(input(pricing, "unheard-of", "gpt-4o") == 2_500_000)
        #expect(input(pricing, "unheard-of", "of-neither") == nil)
        #expect(input(pricing, "gpt-4o", nil) == 2_500_000)
    }

    @Test func `a user's own price goes over the table, of the asked model as well`() {
        let pricing = Pricing(own: [Self.own("openai/gpt-4o", input: 7), Self.own("house-model", input: 9)])
        #expect(input(pricing, "gpt-4o") == 7)
        #expect(input(pricing, "GPT-4o", "gpt-4o-2024-08-06") == 7)
        #expect(input(pricing, "gpt-4o-2024-11-20") == 7)
        #expect(input(pricing, "gpt-4o", nil, "azure-openai") == 2_500_000)
        #expect(input(pricing, "openai/gpt-4o", nil, "openrouter") == 2_500_000)
        let routers = Pricing(own: [Self.own("openrouter/openai/gpt-4o", input: 3), Self.own("moonshotai/kimi", input: 4)])
        #expect(input(routers, "openai/gpt-4o", nil, "openrouter") == 3 && input(routers, "gpt-4o") == 2_500_000)
        #expect(input(routers, "moonshotai/kimi", nil, "groq") == 4)
        #expect(input(pricing, "house-model", nil, "groq") == 9)
        #expect(input(pricing, "house-model", "gpt-4o-mini") == 9)
        #expect(input(pricing, "gpt-4o-mini", "house-model") == 9)
        #expect(input(Pricing(own: [Self.own("a", input: 1), Self.own("A", input: 2)]), "a") == 2)
    }

    @Test func `an own price takes the place of the published one whole, but for what goes into the model`() throws {
        var prices = UnitPrices()
        prices.input = 1000
        let pricing = Pricing(own: [OwnPrice(name: "gpt-5.6-sol", prices: prices)])
        let price = try #require(pricing.price(asked: "gpt-5.6-sol", at: Self.provider("openai")))
        let usage = Usage(inputTokens: 300_000, outputTokens: 50, cacheReadInputTokens: 100_000)
        #expect(price.price.cost(of: usage) == NanoUSD(300_000))
        #expect(price.price.contextTokens == 922_000 && price.price.maximumOutputTokens == 128_000 && price.isOwn)
    }

    @Test func `a price for a request alone bills no tokens`() throws {
        var prices = UnitPrices()
        prices.request = 100_000_000
        let pricing = Pricing(own: [OwnPrice(name: "local/echo", prices: prices)])
        let price = try #require(pricing.price(asked: "echo", at: Self.provider("local")))
        #expect(price.price.cost(of: Usage(inputTokens: 9, outputTokens: 9)) == NanoUSD(100_000_000))
        #expect(price.price.cost(of: Usage()) == NanoUSD(100_000_000))
        #expect(price.price.worstCost(inputTokensBound: 9, outputTokensBound: 9) == NanoUSD(100_000_000))
    }

    @Test func `what runs in this process is free unless it has a price`() throws {
        let local = Self.provider("local")
        let free = try #require(Pricing().price(asked: "local/echo", at: local))
        #expect(free.price.cost(of: Usage(inputTokens: 5, outputTokens: 5)) == NanoUSD(0) && free.digest == nil)
        #expect(input(Pricing(own: [Self.own("local/echo", input: 4)]), "local/echo", nil, "local") == 4)
        #expect(input(Pricing(own: [Self.own("local/echo", input: 4)]), "echo", nil, "local") == 4)
        #expect(Pricing().price(asked: "llama3", at: Self.provider("ollama")) == nil)
    }

    @Test func `a digest tells each price from any other`() throws {
        var digests: [String: Set<String>] = [:]
        let table = PriceTable.builtIn
        table.forEachRow { row in
            digests[table.row(of: row.model, at: row.provider)?.digest ?? "", default: []].insert("\(row.provider)\t\(row.model)")
        }
        #expect(digests.values.allSatisfy { $0.count == 1 } && digests.keys.allSatisfy { $0.utf8.count == 16 })
        let own = [("m", 1), ("m", 2), ("n", 1)].map { Self.own($0.0, input: $0.1).digest }
        #expect(Set(own).count == 3 && Self.own("M", input: 1).digest == own[0])
    }

    @Test func `the worst cost of a request is known where its tokens are bounded, or cost nothing`() throws {
        func worst(_ request: String, _ pricing: Pricing, _ model: String, _ provider: String) throws -> NanoUSD? {
            let document = try JSONDocument(Array(request.utf8))
            let price = try #require(pricing.price(asked: model, at: Self.provider(provider)))
            return price.worstCost(of: RequestMeasure(document.root, in: document), model: model)
        }
        let plain = #"{"max_tokens":100}"#
        #expect(try worst(plain, Pricing(), "gpt-4o", "openai") == NanoUSD((plain.utf8.count + 256) * 2500 + 100 * 10_000))
        let search = #"{"max_tokens":100,"tools":[{"type":"web_search"}]}"#
        #expect(try worst(search, Pricing(), "gpt-4o", "openai") == nil)
        #expect(try worst(search, Pricing(), "echo", "local") == NanoUSD(0))
        var prices = UnitPrices()
        prices.request = 5
        #expect(try worst(search, Pricing(own: [OwnPrice(name: "echo", prices: prices)]), "echo", "local") == NanoUSD(5))
    }

    @Test func `the table's models are listed page by page, each with the price that counts`() throws {
        let pricing = Pricing(own: [Self.own("openai/gpt-4o", input: 7)])
        var (query, count) = (ModelQuery(limit: 500), 0)
        var own: [String] = []
        while true {
            let page = try #require(pricing.models(query))
            #expect(page.models.count == 500 || page.next == nil)
            count += page.models.count
            own += page.models.filter(\.price.isOwn).map { "\($0.provider)/\($0.model)" }
            guard let next = page.next else { break }
            query.position = next
        }
        var rows = 0
        PriceTable.builtIn.forEachRow { _ in rows += 1 }
        #expect(count == rows && own.contains("openai/gpt-4o") && own.allSatisfy { $0.hasPrefix("openai/gpt-4o") }, "\(own)")
        for position in [-1, 1, Int.max, Int.min] {
            query.position = position
            #expect(pricing.models(query) == nil)
        }
    }
}
