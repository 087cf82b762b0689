// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ProviderAdapters

struct SSEDecoderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        /// Event name and data.
        let events: [[String]]
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "line feeds", text: "data: a\n\ndata: b\n\n", events: [["", "a"], ["", "b"]]),
        Case(
            name: "carriage returns and line feeds",
            text: "event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n", events: [["x", "a"], ["", "b"]]),
        Case(name: "carriage returns", text: "event: x\rdata: a\r\rdata: b\r\r", events: [["x", "a"], ["", "b"]]),
        Case(
            name: "mixed breaks",
            text: "data: a\r\n\ndata: b\n\r\ndata: c\r\rdata: d\n\r", events: [["", "a"], ["", "b"], ["", "c"], ["", "d"]]),
        Case(
            name: "a carriage return, then a blank line of a line feed",
            text: "data: a\n\r\n\ndata: b\r\n\n", events: [["", "a"], ["", "b"]]),
        Case(name: "comments", text: ": hello\n\n:\ndata: a\n: between\n\n: OPENROUTER PROCESSING\n\n", events: [["", "a"]]),
        Case(name: "several data fields", text: "data: a\ndata: b\ndata:\ndata: c\n\n", events: [["", "a\nb\n\nc"]]),
        Case(
            name: "no blank line at the end",
            text: "event: e\ndata: a\n\nevent: f\ndata: b\n", events: [["e", "a"], ["f", "b"]]),
        Case(name: "no line end at the end", text: "data: a\n\ndata: b", events: [["", "a"], ["", "b"]]),
        Case(name: "a carriage return at the end", text: "data: a\r", events: [["", "a"]]),
        Case(name: "empty data", text: "data:\n\ndata: \n\ndata\n\n", events: [["", ""], ["", ""], ["", ""]]),
        Case(name: "no space after the colon", text: "event:x\ndata:a\n\ndata:  b\n\n", events: [["x", "a"], ["", " b"]]),
        Case(name: "a field without a colon", text: "event\ndata\ndata: a\n\n", events: [["", "\na"]]),
        Case(name: "an event without data", text: "event: x\n\ndata: a\n\n", events: [["", "a"]]),
        Case(
            name: "an empty event name",
            text: "data: 0123456789\n\nevent:\ndata: a\n\n", events: [["", "0123456789"], ["", "a"]]),
        Case(name: "the last event name counts", text: "event: x\nevent: y\ndata: a\n\n", events: [["y", "a"]]),
        Case(name: "a name behind the data", text: "data: a\nevent: x\n\n", events: [["x", "a"]]),
        Case(name: "a name behind several data", text: "data: a\ndata: b\nevent: x\ndata: c\n\n", events: [["x", "a\nb\nc"]]),
        Case(name: "unknown fields", text: "id: 1\nretry: 10\ndatum: x\nevents: y\ndata: a\nfoo\n\n", events: [["", "a"]]),
        Case(name: "a byte order mark", text: "\u{FEFF}data: a\n\ndata: \u{FEFF}\n\n", events: [["", "a"], ["", "\u{FEFF}"]]),
        Case(name: "only blank lines", text: "\n\r\n\r\r\n\n", events: []),
        Case(name: "nothing", text: "", events: []),
        Case(name: "half a byte order mark's place", text: "é", events: []),
        Case(name: "text outside ASCII", text: "data: Grüße 👋\n\n", events: [["", "Grüße 👋"]]),
    ]

    private func events(_ pieces: [ArraySlice<UInt8>]) -> [[String]] {
        var decoder = SSEDecoder()
        var result: [[String]] = []
        func take() {
            while let event = decoder.next() {
                result.append([String(decoding: event.name, as: UTF8.self), String(decoding: event.data, as: UTF8.self)])
            }
        }
        for piece in pieces {
            decoder.receive(Array(piece))
            take()
        }
        decoder.finish()
        take()
        return result
    }

    @Test(arguments: cases)
    func `an event split at any byte is the same event`(_ example: Case) {
        let bytes = Array(example.text.utf8)
        #expect(events([bytes[...]]) == example.events)
        #expect(events(bytes.indices.map { bytes[$0...$0] }) == example.events, "one byte at a time")
        for cut in 0...bytes.count {
            #expect(events([bytes[..<cut], bytes[cut...]]) == example.events, "cut at \(cut)")
        }
    }

    @Test(arguments: cases.filter { !$0.text.hasPrefix("\u{FEFF}") })
    func `an event is the same when what was read before it is dropped in its midst`(_ example: Case) {
        let comment = Array(":\(String(repeating: " ", count: 20 << 10))\n".utf8)
        let bytes = Array(example.text.utf8)
        for cut in 0...bytes.count {
            #expect(events([(comment + bytes[..<cut])[...], bytes[cut...]]) == example.events, "cut at \(cut)")
        }
    }

    @Test func `a mark of three bytes that comes alone is no event and a start that is none is text`() {
        #expect(events([[0xEF, 0xBB, 0xBF]]) == [])
        #expect(events([[0xEF, 0xBB], Array("data: a\n\n".utf8)[...]]) == [])
    }

    @Test func `an event that does not end is dropped at the limit and says so`() {
        var decoder = SSEDecoder(limit: 100)
        decoder.receive(Array("data: fine\n\ndata: ".utf8))
        #expect(decoder.next() != nil)
        #expect(decoder.next() == nil)
        for _ in 0..<9 {
            decoder.receive(Array(repeating: UInt8(ascii: "x"), count: 10))
            #expect(decoder.next() == nil)
        }
        #expect(!decoder.isOverLimit)
        decoder.receive(Array(repeating: UInt8(ascii: "x"), count: 10))
        #expect(decoder.next() == nil)
        #expect(decoder.isOverLimit)
        #expect(decoder.pendingCount == 0)
        decoder.receive(Array("\n\ndata: more\n\n".utf8))
        #expect(decoder.next() == nil)
    }

    @Test func `many short data lines of one event count against the limit`() {
        var decoder = SSEDecoder(limit: 1000)
        for _ in 0..<1000 where !decoder.isOverLimit {
            decoder.receive(Array("data: x\n".utf8))
            #expect(decoder.next() == nil)
        }
        #expect(decoder.isOverLimit)
    }

    @Test func `what was read is not held`() {
        var decoder = SSEDecoder()
        for _ in 0..<1000 {
            decoder.receive(Array("event: x\ndata: a\n\n: comment\n\ndata: b".utf8))
            while decoder.next() != nil {}
            #expect(decoder.pendingCount < 40)
            decoder.receive(Array("\n\n".utf8))
        }
    }
}
