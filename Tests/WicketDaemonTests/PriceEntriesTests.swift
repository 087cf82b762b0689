// SPDX-License-Identifier: Apache-2.0
import ProviderAdapters
import Testing

@testable import WicketDaemon

@Suite struct PriceEntriesTests {
    @Test func `prices are nano-dollars for one, exactly`() throws {
        let prices = try read(
            """
            prices:
              llama3.3: {input_nano_usd: 20, output_nano_usd: 37.5}
              "openai/gpt-4o": {input_nano_usd: 0.001, cache_write_1h_nano_usd: 5000, request_nano_usd: 100000000}
              free: {input_nano_usd: 0}
            """
        ).prices
        #expect(prices.map(\.name) == ["llama3.3", "openai/gpt-4o", "free"])
        #expect(prices[0].prices.input == 20_000 && prices[0].prices.output == 37_500)
        #expect(prices[1].prices.input == 1 && prices[1].prices.output == 0 && prices[1].prices.request == 100_000_000)
        #expect(prices[1].prices.cacheWriteHour == 5_000_000 && prices[2].prices.input == 0)
    }

    @Test(arguments: [
        ("prices: [a]", "`prices` must be a mapping, not a list"),
        ("prices: {m: {}}", "w.yaml:1:10: `prices` has `m` without a price; what costs nothing has the price 0"),
        ("prices: {m: 5}", "`m`: this must be a mapping of keys to values, not `5`"),
        ("prices: {m: {input_nano_us: 1}}", "`m`: `input_nano_us` is not a key; did you mean `input_nano_usd`?"),
        (
            "prices: {m: {input_nano_usd: -1}}",
            "`input_nano_usd` must be nano-dollars, 0 to 1000000000000, with at most three decimals, not `-1`"
        ),
        ("prices: {m: {input_nano_usd: 0.0001}}", "not `0.0001`"), ("prices: {m: {input_nano_usd: 1e3}}", "not `1e3`"),
        ("prices: {m: {input_nano_usd: 1000000000000.1}}", "not `1000000000000.1`"),
        ("prices: {m: {input_nano_usd: 99999999999999999999}}", "not `99999999999999999999`"),
        ("prices: {m: {input_nano_usd: \"1\"}}", "not `1`"), ("prices: {m: {request_nano_usd: 1.5}}", "not `1.5`"),
        ("prices: {m: {input_nano_usd: 1}, M: {input_nano_usd: 2}}", "has `M` a second time"),
    ])
    func `what is no price is told`(_ yaml: String, _ message: String) {
        let found = faults(yaml)
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }

    @Test func `an empty section is none`() throws { #expect(try read("prices:").prices.isEmpty) }
}
