// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// What a header field must be, so that it cannot become two, or change how the message around it is read.
enum FieldRules {
    /// Fields that say how the connection carries the message; curl writes them. `accept-encoding` is among them: a compressed answer
    /// would reach a dialect that reads plain bytes.
    static let reserved: [StaticString] = [
        "te", "host", "expect", "trailer", "upgrade", "connection", "keep-alive", "content-length", "accept-encoding",
        "proxy-connection", "transfer-encoding", "proxy-authorization",
    ]

    /// - Throws: `invalid_params`.
    static func check(_ field: HTTPField) throws(GatewayFailure) {
        if field.name.isEmpty || !field.name.utf8.allSatisfy(isTokenByte) {
            throw GatewayFailure(.invalidParams, "A header field's name may hold letters, digits and hyphens only.")
        }
        if !isClean(field.value) {
            throw GatewayFailure(.invalidParams, "The header field `\(field.name)` holds a line break or another control character.")
        }
        if reserved.contains(where: { isName(field.name, $0) }) {
            throw GatewayFailure(.invalidParams, "The header field `\(field.name)` belongs to the connection; leave it out.")
        }
    }

    /// Compares without regard to case; `expected` is in lower case.
    static func isName(_ name: String, _ expected: StaticString) -> Bool {
        if name.utf8.count != expected.utf8CodeUnitCount { return false }
        return expected.withUTF8Buffer { zip(name.utf8, $0).allSatisfy { lowerCased($0) == $1 } }
    }

    static func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isTokenByte) }

    static func isClean(_ value: String) -> Bool {
        var value = value
        return value.withUTF8 { isClean(UnsafeRawBufferPointer($0)) }
    }

    /// No control character but the tab.
    static func isClean(_ value: UnsafeRawBufferPointer) -> Bool {
        var clean = true
        for byte in value { clean = clean && (byte >= 0x20 || byte == 0x09) && byte != 0x7F }
        return clean
    }

    private static func lowerCased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x7C, 0x7E, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E: true
        default: false
        }
    }
}
