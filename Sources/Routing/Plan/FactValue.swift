// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A value as a condition sees it, compared as JavaScript's `===` does: `"1"` is not `1`, and no list or object equals another.
enum FactValue: Sendable {
    case missing
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    /// A list or an object, by the text that JavaScript makes of it.
    case container(String)

    init(_ node: JSONNode, of document: JSONDocument) {
        switch document.kind(node) {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .number: self = .number(document.double(node) ?? .nan)
        case .string: self = .text(document.string(node) ?? "")
        case .object: self = .container("[object Object]")
        case .array: self = .container(Self.joined(node, of: document))
        }
    }

    /// `[1, [2, null]]` is the text `1,2,`.
    private static func joined(_ array: JSONNode, of document: JSONDocument) -> String {
        var text = ""
        var isFirst = true
        for element in document.elements(of: array) {
            // No pattern reads further.
            if text.utf8.count > Pattern.longestText { break }
            if !isFirst { text += "," }
            isFirst = false
            if !document.isNull(element) { text += FactValue(element, of: document).beginning }
        }
        return text
    }

    /// As JavaScript turns it into text; what is missing is `undefined`.
    var text: String {
        switch self {
        case .missing: "undefined"
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
        case .text(let text), .container(let text): text
        }
    }

    /// As much of it as a pattern reads, and one byte, so that its end is not taken for the text's: no list copies more, however
    /// deep the text lies.
    private var beginning: String {
        let text = text
        return text.utf8.count <= Pattern.longestText
            ? text : String(decoding: text.utf8.prefix(Pattern.longestText + 1), as: UTF8.self)
    }

    /// White space and digits beyond it change nothing that a config would compare with.
    private static let longestNumber = 256

    /// JavaScript's `parseFloat`: a number, or the one that the text begins with; nil where there is none.
    var leadingNumber: Double? {
        switch self {
        case .number(let value): value
        case .text(let text), .container(let text):
            Self.leadingNumber(String(decoding: text.utf8.prefix(Self.longestNumber), as: UTF8.self))
        case .missing, .null, .bool: nil
        }
    }

    private static func leadingNumber(_ text: String) -> Double? {
        var rest = text[...]
        rest.unicodeScalars = rest.unicodeScalars.drop { $0.properties.isWhitespace }
        let digits = rest.utf8
        var end = digits.startIndex
        func skip(_ isWanted: (UInt8) -> Bool) -> Int {
            var count = 0
            while end < digits.endIndex, isWanted(digits[end]) {
                end = digits.index(after: end)
                count += 1
            }
            return count
        }
        func skipOne(_ isWanted: (UInt8) -> Bool) -> Bool {
            guard end < digits.endIndex, isWanted(digits[end]) else { return false }
            end = digits.index(after: end)
            return true
        }
        func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
        func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") }

        let isNegative = digits.first == UInt8(ascii: "-")
        _ = skipOne(isSign)
        if rest[end...].hasPrefix("Infinity") { return isNegative ? -.infinity : .infinity }
        var count = skip(isDigit)
        if skipOne({ $0 == UInt8(ascii: ".") }) { count += skip(isDigit) }
        guard count > 0 else { return nil }
        var numberEnd = end
        if skipOne({ $0 | 0x20 == UInt8(ascii: "e") }) {
            _ = skipOne(isSign)
            if skip(isDigit) > 0 { numberEnd = end }
        }
        return Double(rest[..<numberEnd])
    }
}

extension FactValue: Equatable {
    static func == (left: FactValue, right: FactValue) -> Bool {
        switch (left, right) {
        case (.missing, .missing), (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        // By bytes, as JavaScript does; Swift's own == takes é and e with an accent for the same.
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }
}
