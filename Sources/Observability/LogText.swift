// SPDX-License-Identifier: Apache-2.0

/// Appends a value as it stands, or in quotes where a reader of `key=value` could not tell its end.
func appendQuotedIfNeeded(_ text: String, to line: inout [UInt8]) {
    var escaped: [UInt8] = []
    appendEscaped(text, to: &escaped)
    let plain = !escaped.isEmpty && !escaped.contains { $0 == 0x20 || $0 == 0x22 || $0 == 0x3D || $0 == 0x5C }
    if plain { return line.append(contentsOf: escaped) }
    line.append(UInt8(ascii: "\""))
    line.append(contentsOf: escaped)
    line.append(UInt8(ascii: "\""))
}

/// Appends text with everything made visible that could end the line, move the cursor, or change the reading direction:
/// text from outside can't pose as an event of its own. Long text is cut, after what looks like a key in it was masked.
func appendEscaped(_ text: String, to line: inout [UInt8]) {
    let limit = LogFormat.valueLimit
    if text.utf8.count <= limit, text.utf8.allSatisfy(isPlain) { return line.append(contentsOf: text.utf8) }
    var text = text
    if text.utf8.count > limit {
        // The line is masked as a whole, later. But cutting first would leave the front of a key that no longer looks like one.
        text = String(decoding: Redaction.masked(Array(text.utf8.prefix(4 * limit))), as: UTF8.self)
    }
    var escaped: [UInt8] = []
    for scalar in text.unicodeScalars where escaped.count <= limit { appendEscaped(scalar, to: &escaped) }
    truncate(&escaped, to: limit)
    line.append(contentsOf: escaped)
}

/// Printable ASCII without quote and backslash.
private func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C }

private func appendEscaped(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    switch scalar {
    case "\n": bytes.append(contentsOf: "\\n".utf8)
    case "\r": bytes.append(contentsOf: "\\r".utf8)
    case "\t": bytes.append(contentsOf: "\\t".utf8)
    case "\"": bytes.append(contentsOf: "\\\"".utf8)
    case "\\": bytes.append(contentsOf: "\\\\".utf8)
    case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            bytes.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
        default:
            bytes.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        }
    }
}

/// Cuts UTF-8 between characters and says so with an ellipsis, within `limit` bytes.
func truncate(_ bytes: inout [UInt8], to limit: Int) {
    if bytes.count <= limit { return }
    let ellipsis = Array("…".utf8)
    var end = limit - ellipsis.count
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    bytes.removeSubrange(end...)
    bytes.append(contentsOf: ellipsis)
}
