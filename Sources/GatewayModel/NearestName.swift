// SPDX-License-Identifier: Apache-2.0

/// The candidate that a mistyped name was probably meant to be, or nil when none is near: a third of its letters may differ, or
/// one of the two is the beginning of the other (`mistral`, `mistral-ai`). Case and `-`, `_`, `.` count for nothing.
package func closestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = folded(name)
    if wanted.isEmpty || wanted.count > 64 { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
        let other = folded(candidate)
        if other.isEmpty || other.count > 64 { continue }
        let isPrefix = min(wanted.count, other.count) >= 3 && (wanted.starts(with: other) || other.starts(with: wanted))
        let distance = isPrefix ? min(1, abs(wanted.count - other.count)) : editDistance(wanted, other)
        if distance * 3 <= max(wanted.count, 3), distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

private func folded(_ name: String) -> [UInt8] {
    name.lowercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: ".") }
}

/// Levenshtein distance.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (leftIndex, leftByte) in left.enumerated() {
        var diagonal = row[0]
        row[0] = leftIndex + 1
        for (rightIndex, rightByte) in right.enumerated() {
            let substituted = diagonal + (leftByte == rightByte ? 0 : 1)
            diagonal = row[rightIndex + 1]
            row[rightIndex + 1] = min(substituted, row[rightIndex] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
