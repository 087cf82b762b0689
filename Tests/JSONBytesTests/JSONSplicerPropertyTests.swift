// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import TestSupport
import Testing

/// Random objects, random edits, and an idea of the outcome that shares no code with the splicer: a list of members and their
/// text.
struct JSONSplicerPropertyTests {
    struct Member: Equatable {
        /// As written, quotes included, and what it says.
        var rawKey: String
        var key: String
        var value: String
    }

    static let keys: [(raw: String, key: String)] = [
        (#""a""#, "a"), (#""\u0061""#, "a"), (#""b""#, "b"), (#""b\n""#, "b\n"), (#""model""#, "model"), (#""é""#, "é"),
        (#""""#, ""), (#""{,}""#, "{,}"),
    ]
    static let values = [
        "1", "-0.10e+2", #""x""#, #""\",}]\\""#, "null", "[]", "{}", #"[1, {"a":[2 ,3]} ]"#, #"{"a":1,"a":2}"#,
        #"{ "model" : "x" }"#, #""日本""#, "true",
    ]

    var random: SeededRandom

    mutating func space() -> String { random.chance(2) ? "" : [" ", "\n", "\t ", "  "][Int.random(in: 0..<4, using: &random)] }

    mutating func value() -> String { Self.values[Int.random(in: 0..<Self.values.count, using: &random)] }

    mutating func members() -> [Member] {
        (0..<Int.random(in: 0..<7, using: &random)).map { _ in
            let key = Self.keys[Int.random(in: 0..<Self.keys.count, using: &random)]
            return Member(rawKey: key.raw, key: key.key, value: value())
        }
    }

    mutating func object(_ members: [Member]) -> String {
        var json = "{" + space()
        for (index, member) in members.enumerated() {
            if index > 0 { json += "," + space() }
            json += member.rawKey + space() + ":" + space() + member.value + space()
        }
        return json + "}"
    }

    static func parsed(_ document: JSONDocument, _ object: JSONNode) -> [Member] {
        document.members(of: object).map {
            Member(rawKey: text(document.raw($0.key)), key: document.string($0.key) ?? "", value: text(document.raw($0.value)))
        }
    }

    /// Applies a few edits to both; each key is edited once, as callers do.
    mutating func edit(_ splicer: inout JSONSplicer, _ object: JSONNode, _ members: inout [Member]) {
        let names = Set(Self.keys.map(\.key)).union(["new", "other"]).sorted().shuffled(using: &random)
        for name in names.prefix(Int.random(in: 1...4, using: &random)) {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                splicer.remove(name, in: object)
                members.removeAll { $0.key == name }
            case 1:
                let value = value()
                splicer.set(name, to: Array(value.utf8), in: object)
                if members.contains(where: { $0.key == name }) {
                    for index in members.indices where members[index].key == name { members[index].value = value }
                } else {
                    var raw: [UInt8] = []
                    appendString(name, to: &raw)
                    members.append(Member(rawKey: text(raw), key: name, value: value))
                }
            default:
                splicer.rename(name, to: "re\(name.count)", in: object)
                for index in members.indices where members[index].key == name {
                    members[index].rawKey = "\"re\(name.count)\""
                    members[index].key = "re\(name.count)"
                }
            }
        }
    }

    @Test(arguments: 0..<40)
    mutating func `edits do what was said and leave every other value as it was written`(_ seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let outer = members()
            var inner = members()
            // The object that is edited lies inside another, whose other members must not come along.
            let json = "{\"before\":" + object(outer) + ",\"request\":" + object(inner) + space() + ",\"after\":[{}]}"
            let document = try JSONDocument(json)
            let request = try #require(document.find("request", in: document.root))
            #expect(Self.parsed(document, request) == inner)
            var splicer = JSONSplicer(document, within: request)
            edit(&splicer, request, &inner)
            let result = try JSONDocument(splicer.bytes())
            #expect(Self.parsed(result, result.root) == inner, "seed \(seed): \(json)")
        }
    }

    @Test(arguments: 0..<40)
    mutating func `bytes outside the edits are those that came`(_ seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let json = object(members())
            let document = try JSONDocument(json)
            let all = Array(document.members(of: document.root))
            guard let member = all.randomElement(using: &random) else { continue }
            var splicer = JSONSplicer(document, within: document.root)
            splicer.replace(member.value, with: Array("[9]".utf8))
            let range = document.range(member.value)
            let expected = document.bytes[..<range.lowerBound] + Array("[9]".utf8) + document.bytes[range.upperBound...]
            #expect(splicer.bytes() == Array(expected))
        }
    }

    init() { random = SeededRandom(seed: 0) }
}
