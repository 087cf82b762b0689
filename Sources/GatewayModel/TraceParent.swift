// SPDX-License-Identifier: Apache-2.0

/// The caller's place in a distributed trace: W3C's `traceparent` (`00-TRACE-PARENT-FLAGS`).
///
/// Read as Portkey reads it: letters of either case, any version, blanks around it. What is no such thing is ignored, as W3C
/// asks: a trace is begun anew.
package struct TraceParent: Sendable, Equatable {
    /// 32 hexadecimal digits, as they came.
    package let traceID: String
    /// 16 hexadecimal digits, as they came.
    package let spanID: String
    /// Whether whoever began the trace keeps it.
    package let isSampled: Bool

    /// - Returns: nil for what is none.
    package init?(_ text: String) {
        // A flood of dashes is looked at no further than a `traceparent` could reach.
        let parts = text.utf8.trimmed.split(separator: UInt8(ascii: "-"), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].hexadecimal(digits: 2) != nil, let flags = parts[3].hexadecimal(digits: 2),
            parts[1].count == 32, let high = parts[1].prefix(16).hexadecimal(digits: 16),
            let low = parts[1].suffix(16).hexadecimal(digits: 16), high | low != 0,
            let span = parts[2].hexadecimal(digits: 16), span != 0,
            let traceID = String(parts[1]), let spanID = String(parts[2])
        else { return nil }
        self.traceID = traceID
        self.spanID = spanID
        isSampled = flags & 1 == 1
    }
}

extension Collection<UInt8> {
    /// The number that exactly so many digits (at most 16) are, or nil.
    func hexadecimal(digits: Int) -> UInt64? {
        guard count == digits else { return nil }
        var value: UInt64 = 0
        for byte in self {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - 0x30
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - 0x57
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - 0x37
            default: return nil
            }
            value = value << 4 | UInt64(digit)
        }
        return value
    }
}

extension String.UTF8View {
    fileprivate var trimmed: Substring.UTF8View {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var rest = drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
