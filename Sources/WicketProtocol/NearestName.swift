// SPDX-License-Identifier: Apache-2.0

/// The known name that a misspelt one most likely meant, or nil when none is near: at most a third of its letters differ.
package func nearestName(to name: String, among known: some Sequence<String>) -> String? {
    let letters = Array(name.utf8)
    // A name of that length is no slip of the keys, and the distance costs the product of both lengths.
    guard letters.count <= 64 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in known {
        let distance = editDistance(letters, Array(candidate.utf8))
        if distance <= max(1, letters.count / 3), distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

/// Insertions, removals and replacements that make one of the other.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, letter) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in right.enumerated() {
            let replaced = diagonal + (letter == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
