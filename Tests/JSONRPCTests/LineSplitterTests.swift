// SPDX-License-Identifier: Apache-2.0
import JSONRPC
import TestSupport
import Testing

struct LineSplitterTests {
    /// What a splitter says to these pieces, each line as text.
    func lines(_ pieces: [[UInt8]], limit: Int = 64) -> [String] {
        var splitter = LineSplitter(limit: limit)
        var lines: [String] = []
        for piece in pieces {
            splitter.receive(piece)
            for line in splitter.lines() {
                switch line {
                case .complete(let bytes): lines.append(text(bytes))
                case .tooLong: lines.append("TOO LONG")
                }
            }
        }
        return lines
    }

    static let stream = "{\"a\":1}\n\r\n\n{\"b\":\"\u{2028}é\u{85}\"}\r\n[\r]\n\r\rx\r\n\n\ny\nhalf a line"
    static let expected = ["{\"a\":1}", "{\"b\":\"\u{2028}é\u{85}\"}", "[\r]", "\r\rx", "y"]

    @Test func `only a line feed ends a line, and a carriage return before it is dropped`() {
        #expect(lines([Array(Self.stream.utf8)]) == Self.expected)
    }

    @Test(arguments: [("a\nb", ["a", "b"]), ("a\nb\r", ["a", "b"]), ("a\n", ["a"]), ("a\n\r", ["a"]), ("", [])])
    func `at the end of input the last line needs no line break`(_ input: String, _ expected: [String]) {
        var splitter = LineSplitter(limit: 64)
        splitter.receive(Array(input.utf8))
        splitter.finish()
        let lines = splitter.lines().map { line in if case .complete(let bytes) = line { text(bytes) } else { "TOO LONG" } }
        #expect(lines == expected)
        #expect(splitter.nextLine() == nil)
    }

    @Test func `a line cut at any byte is the same line`() {
        let bytes = Array(Self.stream.utf8)
        for cut in 0...bytes.count { #expect(lines([Array(bytes[..<cut]), Array(bytes[cut...])]) == Self.expected) }
        #expect(lines(bytes.map { [$0] }) == Self.expected)
    }

    @Test(arguments: 0..<50)
    func `lines of any length, cut anywhere, come out as they went in`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let limit = 200_000
        var sent: [String] = []
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let size = [3, 100, 5000, 70_000, limit].randomElement(using: &random) ?? 1
            let line = (0..<Int.random(in: 1...size, using: &random)).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
            sent.append(text(line))
            bytes += line + Array(["\n", "\r\n", "\n\n"].randomElement(using: &random)?.utf8 ?? "\n".utf8)
        }
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        let read = [1000, 65536, 300_000].randomElement(using: &random) ?? 1
        while !rest.isEmpty {
            pieces.append(Array(rest.prefix(Int.random(in: 0...read, using: &random))))
            rest = rest.dropFirst(pieces.last?.count ?? 0)
        }
        #expect(lines(pieces, limit: limit) == sent, "seed \(seed)")
    }

    // MARK: The limit

    @Test func `a line as long as the limit is taken, and one byte more is too long, however the line ends`() {
        let full = [UInt8](repeating: 0x61, count: 64)
        for lineBreak in [[0x0A], [0x0D, 0x0A]] as [[UInt8]] {
            #expect(lines([full + lineBreak]) == [text(full)])
            #expect(lines((full + lineBreak).map { [$0] }) == [text(full)])
            #expect(lines([full + [0x61] + lineBreak]) == ["TOO LONG"])
            #expect(lines((full + [0x61] + lineBreak).map { [$0] }) == ["TOO LONG"])
        }
        #expect(lines([full + [0x0D]]) == [])
        #expect(lines([full + [0x0D, 0x61, 0x0A]]) == ["TOO LONG"])
        #expect(lines([full + [0x0D], [0x0D, 0x0A]]) == ["TOO LONG"])
    }

    @Test func `a line over the limit is told once, before its end comes, and nothing is read after it`() {
        var splitter = LineSplitter(limit: 10)
        splitter.receive(Array("before\n01234567890".utf8))
        #expect(splitter.lines() == [.complete(Array("before".utf8)), .tooLong])
        #expect(splitter.lines() == [])
        splitter.receive(Array("1234\nnext\n".utf8))
        #expect(splitter.lines() == [])
        #expect(splitter.pendingCount == 0)
    }

    @Test func `what is held is never more than the limit and one read`() {
        let read = [UInt8](repeating: 0x61, count: 1000)
        var splitter = LineSplitter(limit: 10_000)
        for _ in 0..<1000 {
            splitter.receive(read)
            #expect(splitter.pendingCount <= 11_000)
            _ = splitter.nextLine()
        }
        #expect(splitter.pendingCount == 0)
    }

    @Test func `the limit is 16 MiB unless told otherwise`() {
        var splitter = LineSplitter()
        let mebibyte = [UInt8](repeating: 0x61, count: 1024 * 1024)
        for _ in 0..<16 {
            splitter.receive(mebibyte)
            #expect(splitter.nextLine() == nil)
        }
        var other = splitter
        splitter.receive([0x0A])
        guard case .complete(let line) = splitter.nextLine() else {
            Issue.record("16 MiB were refused")
            return
        }
        #expect(line.count == 16 * 1024 * 1024)
        other.receive([0x61])
        #expect(other.nextLine() == .tooLong)
    }

    // MARK: Large lines

    /// What that costs is a line of the benchmark.
    @Test func `a long line that comes byte by byte is whole`() {
        var splitter = LineSplitter()
        let byte: [UInt8] = [0x61]
        for _ in 0..<200_000 {
            splitter.receive(byte)
            if splitter.nextLine() != nil { Issue.record("no line was ended") }
        }
        splitter.receive([0x0A])
        #expect(splitter.nextLine() == .complete([UInt8](repeating: 0x61, count: 200_000)))
    }

    @Test func `what follows a large line in the same read is kept`() {
        let large = [UInt8](repeating: 0x61, count: 100_000)
        let behind = [large, Array("\r\nx\nhal".utf8), Array("f\n".utf8)]
        #expect(lines(behind, limit: 1_000_000) == [text(large), "x", "half"])
        let before = [Array("x\n".utf8) + large, [0x0A], Array("y\n".utf8)]
        #expect(lines(before, limit: 1_000_000) == ["x", text(large), "y"])
    }

    @Test func `what is pending is the part of a line that has come`() {
        var splitter = LineSplitter()
        #expect(splitter.pendingCount == 0)
        splitter.receive(Array("a\nhalf".utf8))
        #expect(splitter.lines() == [.complete([0x61])])
        #expect(splitter.pendingCount == 4)
    }
}
