// SPDX-License-Identifier: Apache-2.0
import Foundation
import ProviderAdapters
import TestSupport
import Testing

struct PriceTableTests {
    let table = PriceTable.builtIn

    @Test func `every row is found by its own name, in any case, and by no other row's`() {
        var count = 0
        table.forEachRow { row in
            count += 1
            #expect(table.price(of: row.model, at: row.provider) == row.price, "\(row.provider) \(row.model)")
            #expect(table.price(of: row.model.uppercased(), at: row.provider) == row.price, "\(row.provider) \(row.model)")
            #expect(table.price(of: row.model + "x", at: row.provider + "x") == nil)
        }
        #expect(count >= 1500)
    }

    @Test func `every row is complete: something has a price, and nothing costs less than nothing`() {
        table.forEachRow { row in
            let all = [row.price.standard, row.price.batch].compactMap(\.self) + row.price.longContext.map(\.standard)
            for prices in all {
                let values = prices.values
                #expect(!values.isEmpty && values.allSatisfy { $0 >= 0 }, "\(row.provider) \(row.model)")
                if !row.model.hasSuffix(":free") { #expect(values.contains { $0 > 0 }, "\(row.provider) \(row.model)") }
            }
            #expect(row.price.contextTokens ?? 1 > 0)
            #expect(row.price.longContext.map(\.aboveInputTokens) == row.price.longContext.map(\.aboveInputTokens).sorted())
            #expect(!row.price.accepts.isEmpty)
        }
    }

    @Test func `at least 1500 models of providers in the catalog have a price`() {
        let known = Set(ProviderCatalog.builtIn.ids)
        var count = 0
        table.forEachRow { if known.contains($0.provider) { count += 1 } }
        #expect(count >= 1500)
    }

    @Test(arguments: [
        ("gpt-5x", "openai"), ("gpt", "openai"), ("", "openai"), ("gpt-4o", ""), ("gpt-4o", "nobody"), ("gpt-4o", "open"),
        ("gpt-4o", "openai2"), ("gpt-4o-", "openai"), ("gpt-4o-2024", "openai"), ("gpt-4o-1234", "openai"),
        ("gpt-4o-2024-13", "openai"), ("gpt-4o-3024-05-13", "openai"), ("gpt-4o-20240513x", "openai"), ("models/", "google"),
        ("openai/", "openai"), ("anthropic/claude-sonnet-4-5", "openai"), ("gpt-4o:free", "openai"), ("-20240513", "openai"),
        ("claude-sonnet-4-5", "openai"), ("ft:unknown:org::id", "openai"), ("ft::", "openai"), ("gpt-4o\tchat", "openai\tgpt"),
        ("~~~~", "zzzz"), ("\u{1}", "\u{1}"), ("é", "openai"), ("llama3", "ollama"), ("echo", "local"),
        ("gpt-4o-latest", "openai"), ("qwen/qwen3-235b-a22b:nitro", "openrouter"),
    ])
    func `what the table does not know has no price`(_ model: String, _ provider: String) {
        #expect(table.price(of: model, at: provider) == nil)
    }

    @Test(arguments: [
        // As Gemini's own lists name them.
        ("models/gemini-2.5-pro", "gemini-2.5-pro", "google"),
        ("openai/gpt-4o", "gpt-4o", "openai"),
        ("groq/openai/gpt-oss-120b", "openai/gpt-oss-120b", "groq"),
        ("openrouter/openai/gpt-4o", "openai/gpt-4o", "openrouter"),
        // A snapshot that came later than the table.
        ("gpt-4o-2031-05-13", "gpt-4o", "openai"),
        ("claude-sonnet-4-5-20310929", "claude-sonnet-4-5", "anthropic"),
        ("claude-3-5-haiku-20241022", "claude-3-5-haiku", "anthropic"),
        ("openai/gpt-4o-2031-05-13", "gpt-4o", "openai"),
        ("ft:gpt-4o-2024-08-06:acme:bot:A1b2", "ft:gpt-4o-2024-08-06", "openai"),
        ("ft:gpt-4o-mini-2024-07-18:acme::A1b2", "ft:gpt-4o-mini-2024-07-18", "openai"),
    ])
    func `a name that means the same has the same price`(_ name: String, _ row: String, _ provider: String) throws {
        let price = try #require(table.price(of: row, at: provider))
        #expect(table.price(of: name, at: provider) == price)
    }

    @Test func `a snapshot with a price of its own keeps it`() {
        #expect(table.price(of: "gpt-4o-2024-05-13", at: "openai")?.standard.input == 5_000_000)
        #expect(table.price(of: "gpt-4o", at: "openai")?.standard.input == 2_500_000)
    }

    @Test func `the catalog's aliases of Anthropic's models have prices`() throws {
        let catalog = ProviderCatalog.builtIn
        let anthropic = try #require(catalog.provider("anthropic"))
        for (alias, model) in anthropic.modelAliases { #expect(table.price(of: model, at: "anthropic") != nil, "\(alias)") }
    }

    @Test func `the table says which it is`() {
        #expect(table.digest.count == 64 && table.digest.allSatisfy(\.isHexDigit))
        #expect(table.date.count == 10 && table.date.hasPrefix("20"))
    }

    /// Skipped where the lists are not there, or Python.
    @Test(
        .enabled(if: SharedFolder.has("wire/prices.json") && FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")))
    func `the script makes the table that is compiled in, byte for byte`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let lists = SharedFolder.url.appendingPathComponent("wire")
        let script = Process()
        script.executableURL = root.appendingPathComponent("packaging/make-price-table")
        script.arguments = ["prices.json", "prices_genai.json"].map { lists.appendingPathComponent($0).path } + ["-"]
        let output = Pipe()
        script.standardOutput = output
        try script.run()
        let made = try output.fileHandleForReading.readToEnd()
        script.waitUntilExit()
        #expect(script.terminationStatus == 0)
        #expect(try made == Data(contentsOf: root.appendingPathComponent("Sources/CPriceTable/prices.tsv")))
    }
}

extension UnitPrices {
    fileprivate var values: [Int] {
        [
            input, output, cacheRead, cacheWrite, cacheWriteHour, reasoning, audioInput, audioOutput, imageInput, imageOutput,
            request, imageMade, imageSent, soundSecond, character,
        ].compactMap(\.self)
    }
}
