// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not JSON by RFC 8259, and where.
package struct JSONError: Error, Equatable, Sendable {
    package enum Fault: String, Sendable {
        case unexpectedEnd = "the text ends too early"
        case unexpectedByte = "unexpected character"
        case invalidNumber = "invalid number"
        case invalidEscape = "invalid escape in a string"
        case controlCharacter = "control character in a string"
        case invalidUTF8 = "invalid UTF-8"
        case tooDeep = "nested too deeply"
        case tooLarge = "too large to index"
        case trailingBytes = "more text after the value"
    }
    package let fault: Fault
    /// Counted in bytes from the start of the text.
    package let offset: Int

    package init(_ fault: Fault, at offset: Int) {
        self.fault = fault
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { "\(fault.rawValue) at byte \(offset)" }
}
