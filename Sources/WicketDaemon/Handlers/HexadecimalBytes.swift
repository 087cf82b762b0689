// SPDX-License-Identifier: Apache-2.0

/// The bytes of hexadecimal digits, two for each.
func bytes(hexadecimal digits: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var half: UInt8?
    for value in digits.compactMap(\.hexDigitValue).map(UInt8.init) {
        if let high = half.take() { bytes.append(high << 4 | value) } else { half = value }
    }
    return bytes
}
