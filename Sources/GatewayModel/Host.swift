// SPDX-License-Identifier: Apache-2.0

/// A URL's host: a name, an IPv4 address or an IPv6 address in brackets. Anything that a resolver may read as an address in
/// another notation (`127.1`, `0x7f000001`, `2130706433`) is refused, so that no text means a place that it does not show.
struct Host {
    /// As it goes into a URL: lower case, addresses in their short form (RFC 5952).
    let text: String
    let isLoopback: Bool
    /// A name, not an address.
    let isName: Bool

    init?(_ written: ArraySlice<UInt8>) {
        if written.first == UInt8(ascii: "[") {
            guard written.count > 2, written.last == UInt8(ascii: "]"),
                let groups = ipv6Groups(written.dropFirst().dropLast())
            else { return nil }
            text = "[\(ipv6Text(groups))]"
            isLoopback = groups == [0, 0, 0, 0, 0, 0, 0, 1]
            isName = false
            return
        }
        let labels = written.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard written.count <= 253, let last = labels.last, labels.allSatisfy(isLabel) else { return nil }
        text = String(decoding: written.map(lowercased), as: UTF8.self)
        if last.allSatisfy(isDigit) || last.starts(with: "0x".utf8) || last.starts(with: "0X".utf8) {
            guard let address = ipv4Bytes(labels) else { return nil }
            isLoopback = address[0] == 127
            isName = false
        } else {
            isName = true
            isLoopback = text == "localhost"
        }
    }
}

private func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
    let hyphen = UInt8(ascii: "-")
    guard (1...63).contains(label.count), label.first != hyphen, label.last != hyphen else { return false }
    return label.allSatisfy { isDigit($0) || isLetter($0) || $0 == hyphen || $0 == UInt8(ascii: "_") }
}

private func ipv4Bytes(_ labels: [ArraySlice<UInt8>]) -> [UInt8]? {
    guard labels.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for label in labels {
        // A leading zero is octal to some resolvers.
        guard label.allSatisfy(isDigit), label.count == 1 || label.first != UInt8(ascii: "0"),
            let value = UInt8(String(decoding: label, as: UTF8.self))
        else { return nil }
        bytes.append(value)
    }
    return bytes
}

/// The eight groups of an IPv6 address, an IPv4 tail included; nil for a zone or anything else.
private func ipv6Groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    let colon = UInt8(ascii: ":")
    guard let gap = text.indices.dropLast().first(where: { text[$0] == colon && text[$0 + 1] == colon }) else {
        guard let groups = groupList(text), groups.count == 8 else { return nil }
        return groups
    }
    guard let head = groupList(text[..<gap], isTail: false), let tail = groupList(text[(gap + 2)...]), head.count + tail.count < 8
    else { return nil }
    return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
}

private func groupList(_ text: ArraySlice<UInt8>, isTail: Bool = true) -> [UInt16]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
        if isTail, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
            guard let bytes = ipv4Bytes(part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)) else {
                return nil
            }
            groups += [UInt16(bytes[0]) << 8 | UInt16(bytes[1]), UInt16(bytes[2]) << 8 | UInt16(bytes[3])]
        } else {
            guard (1...4).contains(part.count), part.allSatisfy(isHexadecimal),
                let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
            else { return nil }
            groups.append(value)
        }
    }
    return groups
}

/// The longest run of two or more zero groups, the first of equals, becomes `::`.
private func ipv6Text(_ groups: [UInt16]) -> String {
    var best = 0..<0
    var start = 0
    for index in 0...groups.count where index == groups.count || groups[index] != 0 {
        if index - start > max(best.count, 1) { best = start..<index }
        start = index + 1
    }
    let hexadecimal = groups.map { String($0, radix: 16) }
    if best.isEmpty { return hexadecimal.joined(separator: ":") }
    return hexadecimal[..<best.lowerBound].joined(separator: ":") + "::" + hexadecimal[best.upperBound...].joined(separator: ":")
}

func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || lowercased(byte) &- UInt8(ascii: "a") < 6 }

func lowercased(_ byte: UInt8) -> UInt8 { isLetter(byte) ? byte | 0x20 : byte }

private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
