// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import Routing
import Testing

struct InlinePlanTests {
    /// The plan of a config that stands in a call's options, behind other things.
    private func plan(_ library: ConfigLibrary, _ config: String, padding: Int = 0) throws -> Plan {
        let document = try JSONDocument(
            #"{"options":{"trace_id":"\#(String(repeating: "x", count: padding))","config":\#(config)}}"#)
        let node = try #require(document.find(path: "options", "config", in: document.root))
        return try library.plan(inline: node, of: document, path: "options.config")
    }

    private func config(_ key: String) -> String { #"{"retry":{"attempts":2},"virtual_key":"\#(key)"}"# }

    @Test func `the same bytes give the same plan, wherever they stand`() async throws {
        try await withLibrary { library, _ in
            let first = try plan(library, config("a"))
            for padding in 0...17 { #expect(try plan(library, config("a"), padding: padding) === first) }
            let other = try plan(library, config("b"))
            #expect(other !== first && other.targets.map(\.virtualKey) == ["b"])
            #expect(try plan(library, #"{ "retry":{"attempts":2},"virtual_key":"a"}"#) !== first)
            #expect(try plan(library, config("a")) === first)
        }
    }

    @Test func `a plan that holds a key is made anew for each call`() async throws {
        try await withLibrary { library, _ in
            let secret = #"{"provider":"openai","api_key":"sk-canary"}"#
            let first = try plan(library, secret)
            #expect(first.holdsSecret)
            #expect(try plan(library, secret) !== first)
        }
    }

    @Test func `of more configs than there is room for, those used last are kept`() async throws {
        try await withLibrary { library, _ in
            let kept = try plan(library, config("kept"))
            let dropped = try plan(library, config("dropped"))
            for number in 0..<255 {
                _ = try plan(library, config("k\(number)"))
                #expect(try plan(library, config("kept")) === kept)
            }
            #expect(try plan(library, config("dropped")) !== dropped)
            #expect(try plan(library, config("kept")) === kept)
        }
    }

    @Test func `plans that are large are kept in so much room, not in so many`() async throws {
        // Each of its leaves has what the root gives: some kilobytes of JSON make a plan of a megabyte.
        func large(_ number: Int) -> String {
            let members = (0..<60).map { #""p\#($0)":1"# }.joined(separator: ",")
            let leaves = (0..<200).map { _ in #"{"virtual_key":"k\#(number)","override_params":{"a":1}}"# }.joined(separator: ",")
            return #"{"strategy":{"mode":"fallback"},"override_params":{\#(members)},"targets":[\#(leaves)]}"#
        }
        try await withLibrary { library, _ in
            let first = try plan(library, large(0))
            #expect(first.roughBytes > 500_000)
            #expect(try plan(library, large(0)) === first)
            for number in 1..<40 { _ = try plan(library, large(number)) }
            #expect(try plan(library, large(39)) === plan(library, large(39)))
            #expect(try plan(library, large(0)) !== first)
        }
    }

    @Test func `a config that is too long to keep is followed all the same`() async throws {
        try await withLibrary { library, _ in
            let long = #"{"virtual_key":"a"\#(String(repeating: " ", count: 70_000))}"#
            let first = try plan(library, long)
            #expect(first.targets.map(\.virtualKey) == ["a"])
            #expect(try plan(library, long) !== first)
        }
    }

    @Test func `a wrong config is refused each time, by the caller's own path`() async throws {
        try await withLibrary { library, _ in
            let wrong = #"{"strategy":{"mode":"nonsense"},"targets":[{"virtual_key":"a"}]}"#
            for _ in 0..<2 {
                let refused = await failure { try plan(library, wrong) }
                #expect(refused?.code == .invalidParams && refused?.path?.hasPrefix("options.config.strategy") == true)
            }
        }
    }
}
