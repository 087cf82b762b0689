// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// What a header field must be, so that it cannot become two, or change how the message around it is read.
enum FieldRules {
    /// Fields that say how the connection carries the message; curl writes them. `accept-encoding` is among them: a compressed
    /// answer would reach a dialect that reads plain bytes.
    static let reserved: [StaticString] = [
        "te", "host", "expect", "trailer", "upgrade", "connection", "keep-alive", "content-length", "accept-encoding",
        "proxy-connection", "transfer-encoding", "proxy-authorization",
    ]

    /// - Throws: `invalid_params`.
    static func check(_ field: HTTPField) throws(GatewayFailure) {
        if !isToken(field.name) {
            throw GatewayFailure(.invalidParams, "A header field's name may hold letters, digits and hyphens only.")
        }
        if !isClean(field.value) {
            throw GatewayFailure(.invalidParams, "The header field `\(field.name)` holds a line break or a control character.")
        }
        let length = field.name.utf8.count
        for name in reserved where name.utf8CodeUnitCount == length && isName(field.name, name) {
            throw GatewayFailure(.invalidParams, "The header field `\(field.name)` belongs to the connection; leave it out.")
        }
    }

    /// Compares without regard to case; `expected` is in lower case.
    static func isName(_ name: String, _ expected: StaticString) -> Bool {
        if name.utf8.count != expected.utf8CodeUnitCount { return false }
        var name = name
        return name.withUTF8 { bytes in
            for index in 0..<bytes.count where lowerCased(bytes[index]) != expected.utf8Start[index] { return false }
            return true
        }
    }

    static func isToken(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            for byte in bytes where byte > 0x7E || tokenBytes[Int(byte >> 6)] >> (byte & 63) & 1 == 0 { return false }
            return !bytes.isEmpty
        }
    }

    /// No control character but the tab.
    static func isClean(_ value: UnsafeRawBufferPointer) -> Bool {
        var refused: UInt8 = 0
        for byte in value { refused |= (byte < 0x20 && byte != 0x09) || byte == 0x7F ? 1 : 0 }
        return refused == 0
    }

    private static func isClean(_ value: String) -> Bool {
        var value = value
        return value.withUTF8 { isClean(UnsafeRawBufferPointer($0)) }
    }

    private static func lowerCased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    /// One bit for each ASCII character: letters, digits and !#$%&'*+-.^_`|~
    private static let tokenBytes: InlineArray<2, UInt64> = [0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE]
}
