// SPDX-License-Identifier: Apache-2.0

/// A call's place in its trace, in the bytes that OpenTelemetry and `traceparent` want.
///
/// A caller may name its traces and spans as it likes. Hexadecimal digits of the right number (a trace's also with the dashes of
/// a UUID) stand for themselves; any other name stands for its hash. A try's span id follows from its call's and its number, so
/// that the journal need not keep what the provider was told.
package struct TraceContext: Sendable, Equatable {
    package struct TraceID: Sendable, Equatable {
        package var high: UInt64
        package var low: UInt64
        package init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }
    package let traceID: TraceID
    package let spanID: UInt64

    package init(traceID: String, spanID: String) {
        self.traceID = Self.traceID(traceID)
        self.spanID = Self.spanID(spanID)
    }

    package static func traceID(_ text: String) -> TraceID {
        var digits = Array(text.utf8)
        if digits.count == 36 { digits.removeAll { $0 == UInt8(ascii: "-") } }
        if digits.count == 32, let high = digits[..<16].hexadecimal(digits: 16), let low = digits[16...].hexadecimal(digits: 16),
            high | low != 0
        {
            return TraceID(high: high, low: low)
        }
        let hash = hash(text)
        return TraceID(high: mixed(hash), low: mixed(hash ^ 0x9E37_79B9_7F4A_7C15) | 1)
    }

    package static func spanID(_ text: String) -> UInt64 {
        if let value = text.utf8.hexadecimal(digits: 16), value != 0 { return value }
        return mixed(hash(text)) | 1
    }

    /// Of the call's try of that number, counted from 0.
    package func spanID(ofTry number: Int) -> UInt64 { part(UInt64(truncatingIfNeeded: number) &+ 1) }
    /// Of the look into the cache.
    package var cacheSpanID: UInt64 { part(.max) }

    /// What the provider is sent with a try.
    package func traceParent(ofTry number: Int, isSampled: Bool) -> String {
        let (traceID, span, flags) = (traceID, spanID(ofTry: number), isSampled ? UInt8(1) : 0)
        return String(unsafeUninitializedCapacity: 55) { room in
            room.initialize(repeating: UInt8(ascii: "0"))
            room[2] = UInt8(ascii: "-")
            writeHexadecimal(traceID.high, to: room, at: 3)
            writeHexadecimal(traceID.low, to: room, at: 19)
            room[35] = UInt8(ascii: "-")
            writeHexadecimal(span, to: room, at: 36)
            room[52] = UInt8(ascii: "-")
            room[54] += flags
            return 55
        }
    }

    private func part(_ number: UInt64) -> UInt64 {
        let id = Self.mixed(spanID ^ Self.mixed(number ^ traceID.low))
        return id == 0 ? 1 : id
    }

    /// FNV-1a: the same in each version and on each machine.
    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }

    /// The finalizer of SplitMix64: each bit of the result hangs on each of the argument.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension TraceContext.TraceID: CustomStringConvertible {
    /// 32 hexadecimal digits.
    package var description: String {
        String(unsafeUninitializedCapacity: 32) { room in
            writeHexadecimal(high, to: room, at: 0)
            writeHexadecimal(low, to: room, at: 16)
            return 32
        }
    }
}

extension String {
    /// 16 hexadecimal digits.
    package init(spanID: UInt64) {
        self.init(unsafeUninitializedCapacity: 16) { room in
            writeHexadecimal(spanID, to: room, at: 0)
            return 16
        }
    }
}

private func writeHexadecimal(_ word: UInt64, to room: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
    for digit in 0..<16 {
        let nibble = UInt8(truncatingIfNeeded: word &>> UInt64(60 - 4 * digit)) & 15
        room[start + digit] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
    }
}
