// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import ProviderAdapters
import Testing

struct RequestMeasureTests {
    private func measure(_ request: String) throws -> RequestMeasure {
        let document = try JSONDocument(Array(request.utf8))
        return RequestMeasure(document.root, in: document)
    }
    private let price = PriceTable.builtIn.price(of: "gpt-4o", at: "openai")

    @Test func `text is at most a token a byte, whatever it is`() throws {
        let request = #"{"model":"m","messages":[{"role":"user","content":"\u00e9\u00e9"}]}"#
        let measured = try measure(request)
        #expect(measured.bytes == request.utf8.count && measured.images == 0 && measured.documents == 0)
        #expect(measured.largestInput(model: "m", price: nil) == request.utf8.count + 256)
        let tools = try measure(#"{"messages":[],"tools":[{"type":"function","function":{}},{"name":"x"}]}"#)
        #expect(tools.largestInput(model: "m", price: nil) == tools.bytes + 256 + 1024)
    }

    @Test func `an image is the most that any provider asks for one, not its bytes`() throws {
        let data = String(repeating: "A", count: 5000)
        let picture = #"{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(data)"}}"#
        let openai = try measure(
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"x"},\#(picture)]}]}"#)
        #expect(openai.images == 1 && openai.bytes < 200)
        #expect(openai.largestInput(model: "gpt-4o", price: price) == openai.bytes + 12_000 + 256)
        #expect(openai.largestInput(model: "gpt-4o-mini", price: price) == openai.bytes + 48_169 + 256)
        let anthropic = try measure(
            #"""
            {"messages":[{"role":"user","content":[{"type":"tool_result","content":[
            {"type":"image","source":{"data":"\#(data)"}}]}]}]}
            """#)
        #expect(anthropic.images == 1 && anthropic.bytes < 200)
        #expect(anthropic.largestInput(model: "claude-x", price: nil) == anthropic.bytes + 4784 + 256)
    }

    @Test func `sound counts by its bytes, and a document as all that the model takes`() throws {
        let sound = try measure(#"{"messages":[{"content":[{"type":"input_audio","input_audio":{"data":"AAAA"}}]}]}"#)
        #expect(sound.documents == 0 && sound.largestInput(model: "m", price: nil) == sound.bytes + 256)
        let document = try measure(#"{"messages":[{"content":[{"type":"document","source":{"url":"https://x"}}]}]}"#)
        #expect(document.documents == 1 && document.largestInput(model: "m", price: nil) == nil)
        #expect(document.largestInput(model: "gpt-4o", price: price) == 128_000)
    }

    @Test(arguments: [
        #"{"tools":[{"type":"web_search_20250305","name":"web_search"}]}"#, #"{"web_search_options":{}}"#,
        #"{"mcp_servers":[{}]}"#, #"{"tools":[{"type":"function"},{"type":"web_search"}]}"#,
    ])
    func `what the provider's own tools bring in is bounded by nothing`(_ request: String) throws {
        #expect(try measure(request).largestInput(model: "gpt-4o", price: price) == nil)
    }

    @Test(arguments: [
        (#"{"max_tokens":100}"#, 100), (#"{"max_completion_tokens":100,"n":3}"#, 300), (#"{"max_output_tokens":7}"#, 7),
        (#"{"max_tokens":5,"max_completion_tokens":9}"#, 9), (#"{"max_tokens":5,"n":0}"#, 5), (#"{"max_tokens":-5}"#, 0),
        (#"{"max_tokens":"x","n":2}"#, 32_768), ("{}", 16_384), (#"{"max_tokens":9223372036854775807,"n":9}"#, Int.max),
    ] as [(String, Int)])
    func `output is what the request allows for each choice, else what the model makes`(_ request: String, _ tokens: Int) throws {
        #expect(try measure(request).largestOutput(price: price) == tokens)
    }

    @Test func `output of an unknown model without a limit is bounded by nothing`() throws {
        #expect(try measure("{}").largestOutput(price: nil) == nil)
    }

    @Test func `about how much goes in is a quarter of its bytes`() throws {
        let measured = try measure(#"{"messages":[{"content":[{"type":"image_url"},{"type":"file"}]}]}"#)
        #expect(measured.likelyInput == (measured.bytes + 3) / 4 + 1000 + 3000)
    }
}
