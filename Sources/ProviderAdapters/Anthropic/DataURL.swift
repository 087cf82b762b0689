// SPDX-License-Identifier: Apache-2.0

/// A `data:` URL (RFC 2397), taken apart in place.
struct DataURL {
    /// Without its parameters; `text/plain` when it names none.
    let mediaType: ArraySlice<UInt8>
    let isBase64: Bool
    /// What stands behind the comma, still encoded.
    let payload: ArraySlice<UInt8>

    /// Nil when it is no data URL.
    init?(_ url: ArraySlice<UInt8>) {
        guard url.starts(with: "data:".utf8), let comma = url.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let head = url[(url.startIndex + 5)..<comma]
        let type = head.prefix { $0 != UInt8(ascii: ";") }
        mediaType = type.isEmpty ? Array("text/plain".utf8)[...] : type
        isBase64 = head.suffix(7).elementsEqual(";base64".utf8)
        payload = url[(comma + 1)...]
    }
}

/// The bytes of base64 text (RFC 4648, either alphabet, padded or not, line breaks skipped), or nil when it is none.
func decodedBase64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    var count = 0
    var padded = false
    for byte in text {
        if byte == 0x0A || byte == 0x0D { continue }
        if byte == UInt8(ascii: "=") {
            padded = true
            continue
        }
        guard !padded, let value = base64Value(byte) else { return nil }
        bits = bits << 6 | value
        count += 1
        if count % 4 == 0 { bytes += [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)] }
    }
    switch count % 4 {
    case 1: return nil
    case 2: bytes.append(UInt8(bits >> 4 & 0xFF))
    case 3: bytes += [UInt8(bits >> 10 & 0xFF), UInt8(bits >> 2 & 0xFF)]
    default: break
    }
    return bytes
}

private func base64Value(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
}
