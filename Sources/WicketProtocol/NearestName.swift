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

/// How many slips of the keys make one of the other: a letter too many, one missing, another one, or two neighbours swapped.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before: [Int] = []
    var row = Array(0...right.count)
    for i in left.indices {
        var next = [i + 1]
        for j in right.indices {
            let replaced = row[j] + (left[i] == right[j] ? 0 : 1)
            next.append(min(replaced, next[j] + 1, row[j + 1] + 1))
            let areSwapped = i > 0 && j > 0 && left[i] == right[j - 1] && left[i - 1] == right[j]
            if areSwapped { next[j + 1] = min(next[j + 1], before[j - 1] + 1) }
        }
        (before, row) = (row, next)
    }
    return row[right.count]
}
