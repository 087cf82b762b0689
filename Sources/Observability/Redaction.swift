// SPDX-License-Identifier: Apache-2.0

/// The last line of defence: masks the vault's keys, and what looks like a provider key, in text that is about to leave the
/// process.
///
/// Secrets are kept out of text by their type. This catches what slips past it: a key in a provider's error body, in a URL, in a
/// request that somebody logs. It masks too much rather than too little, and proves nothing.
package enum Redaction {
    static let mask = Array("***".utf8)

    /// What a key begins with, and how many characters of a key must follow for it to be one.
    private static let shapes: [(prefix: [UInt8], minimum: Int)] = [
        ("sk-", 8), ("sk_", 16), ("gsk_", 16), ("xai-", 16), ("AIza", 24), ("AKIA", 16), ("ASIA", 16), ("pplx-", 16),
        ("nvapi-", 16),
        ("hf_", 16), ("r8_", 16), ("fw_", 16), ("csk-", 16), ("tgp_v1_", 16), ("ghp_", 16), ("github_pat_", 16),
    ].map { (Array($0.0.utf8), $0.1) }

    /// Names whose value is a secret however it looks; compared in lower case, without `-` and `_`.
    private static let names: [[UInt8]] = [
        "apikey", "secretaccesskey", "secretkey", "sessiontoken", "clientsecret", "password", "passphrase",
    ].map { Array($0.utf8) }

    /// Schemes of the `Authorization` field.
    private static let schemes: [[UInt8]] = ["bearer", "basic"].map { Array($0.utf8) }

    /// Whether anything above begins with a byte: most bytes of a line need no closer look.
    private static let beginsSecret: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for shape in shapes { table[Int(shape.prefix[0])] = true }
        for word in names + schemes {
            table[Int(word[0])] = true
            table[Int(word[0] - 32)] = true
        }
        return table
    }()

    /// The text with every key replaced by its prefix and `***`.
    package static func masked(_ text: [UInt8]) -> [UInt8] { maskedByShape(maskedByKnownKeys(text, knownKeys)) }

    private static func maskedByShape(_ text: [UInt8]) -> [UInt8] {
        let begins = beginsSecret
        var out: [UInt8] = []
        var copied = 0
        var index = 0
        while index < text.count {
            guard begins[Int(text[index])], let secret = secret(in: text, at: index) else {
                index += 1
                continue
            }
            out.append(contentsOf: text[copied..<secret.lowerBound])
            out.append(contentsOf: mask)
            index = secret.upperBound
            copied = index
        }
        if copied == 0 { return text }
        return out + text[copied...]
    }

    package static func masked(_ text: String) -> String { String(decoding: masked(Array(text.utf8)), as: UTF8.self) }

    /// The secret that is announced by what stands at `index`, without the announcement.
    private static func secret(in text: [UInt8], at index: Int) -> Range<Int>? {
        shaped(in: text, at: index) ?? authorized(in: text, at: index) ?? named(in: text, at: index)
    }

    private static func shaped(in text: [UInt8], at index: Int) -> Range<Int>? {
        for shape in shapes where matchesExactly(text, index, shape.prefix) {
            let start = index + shape.prefix.count
            let end = text[start...].firstIndex { !isKeyByte($0) } ?? text.count
            if end - start < shape.minimum { continue }
            // Within a word ("task-…"), only what is long and has a digit. A word also begins behind an escape: "\nsk-…".
            if isWithinWord(text, index), end - start < 16 || !text[start..<end].contains(where: isDigit) { continue }
            return start..<end
        }
        return nil
    }

    /// `Bearer TOKEN`: the scheme, blanks, and what follows up to the next blank or quote.
    private static func authorized(in text: [UInt8], at index: Int) -> Range<Int>? {
        for scheme in schemes where matches(text, index, scheme) && !isWithinWord(text, index) {
            var start = index + scheme.count
            let blanks = start
            while start < text.count, text[start] == 0x20 { start += 1 }
            let end = valueEnd(text, start)
            if start > blanks, end - start >= 8 { return start..<end }
        }
        return nil
    }

    /// `api_key=VALUE`, `"x-api-key": "VALUE"`, `SecretAccessKey: VALUE`.
    private static func named(in text: [UInt8], at index: Int) -> Range<Int>? {
        for name in names where lowercased(text[index]) == name[0] {
            guard var start = nameEnd(text, index, name) else { continue }
            let separators = start
            var sawSign = false
            while start < text.count, isSeparator(text[start]) {
                sawSign = sawSign || text[start] == UInt8(ascii: "=") || text[start] == UInt8(ascii: ":")
                start += 1
            }
            let end = valueEnd(text, start)
            if sawSign, start > separators, end - start >= 6, !text[start..<end].elementsEqual(mask) { return start..<end }
        }
        return nil
    }

    /// The end of `name` at `index`, read without regard to case, `-` and `_`.
    private static func nameEnd(_ text: [UInt8], _ index: Int, _ name: [UInt8]) -> Int? {
        var position = index
        var matched = 0
        while matched < name.count {
            guard position < text.count else { return nil }
            let byte = lowercased(text[position])
            if byte == name[matched] {
                matched += 1
            } else if matched == 0 || (byte != UInt8(ascii: "-") && byte != UInt8(ascii: "_")) {
                return nil
            }
            position += 1
        }
        return position
    }

    private static func matchesExactly(_ text: [UInt8], _ index: Int, _ prefix: [UInt8]) -> Bool {
        guard text[index] == prefix[0], index + prefix.count <= text.count else { return false }
        for offset in 1..<prefix.count where text[index + offset] != prefix[offset] { return false }
        return true
    }

    private static func matches(_ text: [UInt8], _ index: Int, _ lowercase: [UInt8]) -> Bool {
        guard index + lowercase.count <= text.count else { return false }
        for offset in 0..<lowercase.count where lowercased(text[index + offset]) != lowercase[offset] { return false }
        return true
    }

    private static func isWithinWord(_ text: [UInt8], _ index: Int) -> Bool {
        guard index > 0, isLetter(text[index - 1]) || isDigit(text[index - 1]) else { return false }
        return index < 2 || text[index - 2] != UInt8(ascii: "\\")
    }

    /// Where a value ends: at a blank, a line break, a quote, or what sets fields apart.
    static func valueEnd(_ text: [UInt8], _ start: Int) -> Int {
        text[start...].firstIndex { byte in
            byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\")
                || byte == UInt8(ascii: ",")
                || byte == UInt8(ascii: "&") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "}")
        } ?? text.count
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"):
            true
        default: false
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte + 32 : byte }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private static func isLetter(_ byte: UInt8) -> Bool {
        (lowercased(byte) >= 0x61 && lowercased(byte) <= 0x7A) || byte == UInt8(ascii: "_")
    }
    private static func isKeyByte(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") }
}
