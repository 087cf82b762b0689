// SPDX-License-Identifier: Apache-2.0

/// The lines of a `.env` file that give a variable a value. Nothing is interpolated: a key is taken as it stands there.
struct DotEnv {
    struct Entry: Equatable {
        /// From 1.
        var line: Int
        var name: String
        var value: String
    }
    private(set) var entries: [Entry] = []
    /// Numbers of lines that say something else.
    private(set) var strangeLines: [Int] = []

    init(_ text: String) {
        // Bytes, since to a String "\r\n" is one character.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            var line = Substring(bytes).drop { $0.isWhitespace || $0 == "\u{FEFF}" }
            while line.last?.isWhitespace ?? false { line.removeLast() }
            if line.isEmpty || line.hasPrefix("#") { continue }
            if let (name, value) = Self.assignment(line) {
                entries.append(Entry(line: index + 1, name: name, value: value))
            } else {
                strangeLines.append(index + 1)
            }
        }
    }

    private static func assignment(_ line: Substring) -> (name: String, value: String)? {
        var line = line
        if line.hasPrefix("export"), line.dropFirst(6).first?.isWhitespace ?? false {
            line = line.dropFirst(6).drop(while: \.isWhitespace)
        }
        guard let sign = line.firstIndex(of: "=") else { return nil }
        var name = line[..<sign]
        while name.last?.isWhitespace ?? false { name.removeLast() }
        guard let first = name.first, !first.isNumber,
            name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || isLetter($0) || isDigit($0) })
        else { return nil }
        return value(line[line.index(after: sign)...].drop(while: \.isWhitespace)).map { (String(name), $0) }
    }

    /// In quotes up to the next one of the same kind, behind which a remark may stand; else up to a remark or the end.
    private static func value(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else {
            let end = text.indices.first { index in
                text[index] == "#" && (index == text.startIndex || text[text.index(before: index)].isWhitespace)
            }
            var value = text[..<(end ?? text.endIndex)]
            while value.last?.isWhitespace ?? false { value.removeLast() }
            return String(value)
        }
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote {
                let after = rest.drop(while: \.isWhitespace)
                return after.isEmpty || after.hasPrefix("#") ? value : nil
            }
            if quote == "\"", character == "\\", let next = rest.popFirst() {
                value.append(["n": "\n", "r": "\r", "t": "\t"][next] ?? next)
            } else {
                value.append(character)
            }
        }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }
    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
