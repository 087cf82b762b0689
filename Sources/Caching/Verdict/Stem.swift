// SPDX-License-Identifier: Apache-2.0

/// Takes the inflection from an English word: waived, waives and waiving become one. It knows no derivation on purpose:
/// taxable is not tax.
enum Stem {
    static func of(_ word: String) -> String {
        if let base = Lexicon.irregular[word] { return ending(Array(base.utf8)) }
        let bytes = Array(word.utf8)
        guard bytes.count > 3, bytes.allSatisfy({ $0 >= 0x61 && $0 <= 0x7a }) else { return word }
        return ending(american(inflection(bytes)))
    }

    /// organise and organize, colour and color.
    private static func american(_ bytes: [UInt8]) -> [UInt8] {
        let count = bytes.count
        if count > 5, ends(bytes, "ise") || ends(bytes, "yse") { return bytes.dropLast(2) + Array("ze".utf8) }
        if count > 5, ends(bytes, "is") || ends(bytes, "ys") { return bytes.dropLast() + [UInt8(ascii: "z")] }
        if ends(bytes, "isation") { return bytes.dropLast(6) + Array("zation".utf8) }
        if count > 4, ends(bytes, "our") { return bytes.dropLast(2) + [UInt8(ascii: "r")] }
        return bytes
    }

    /// A final e is no part of a stem, since -ed and -ing hide it; nor is the second l of cancelling.
    private static func ending(_ bytes: [UInt8]) -> String {
        if bytes.count > 5, ends(bytes, "ll") { return String(decoding: bytes.dropLast(), as: UTF8.self) }
        guard bytes.count > 3, bytes.last == UInt8(ascii: "e") else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    private static func inflection(_ bytes: [UInt8]) -> [UInt8] {
        let count = bytes.count
        if ends(bytes, "ies"), count > 4 { return bytes.dropLast(3) + [UInt8(ascii: "y")] }
        if ends(bytes, "ied"), count > 4 { return bytes.dropLast(3) + [UInt8(ascii: "y")] }
        if ends(bytes, "sses") || ends(bytes, "shes") || ends(bytes, "ches") || ends(bytes, "xes") || ends(bytes, "zzes") {
            return Array(bytes.dropLast(2))
        }
        if bytes[count - 1] == UInt8(ascii: "s"), !ends(bytes, "ss"), !ends(bytes, "us"), !ends(bytes, "is") {
            return Array(bytes.dropLast())
        }
        if ends(bytes, "ing"), count > 5, hasVowel(bytes.dropLast(3)) { return undoubled(Array(bytes.dropLast(3))) }
        if ends(bytes, "ed"), !ends(bytes, "eed"), count > 4, hasVowel(bytes.dropLast(2)) {
            return undoubled(Array(bytes.dropLast(2)))
        }
        return bytes
    }

    private static func ends(_ bytes: [UInt8], _ suffix: StaticString) -> Bool {
        let length = suffix.utf8CodeUnitCount
        guard bytes.count >= length else { return false }
        return suffix.withUTF8Buffer { bytes[(bytes.count - length)...].elementsEqual($0) }
    }

    private static func hasVowel(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.contains { "aeiouy".utf8.contains($0) }
    }

    /// stopped: stopp, stop. Words like call and pass keep both letters.
    private static func undoubled(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 3, bytes[bytes.count - 1] == bytes[bytes.count - 2], "bgmnprt".utf8.contains(bytes[bytes.count - 1])
        else { return bytes }
        return Array(bytes.dropLast())
    }
}
