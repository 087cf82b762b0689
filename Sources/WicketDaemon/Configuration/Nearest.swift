// SPDX-License-Identifier: Apache-2.0

/// The known name that a mistyped one most likely meant, or nil when none is at all alike.
func nearest(to name: String, among known: some Sequence<String>) -> String? {
    let candidates = known.map { (name: $0, distance: editDistance(name, $0)) }
    guard let best = candidates.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    return best.distance <= max(2, max(name.utf8.count, best.name.utf8.count) / 2) ? best.name : nil
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour to make one name of the other.
func editDistance(_ left: String, _ right: String) -> Int {
    // Names are short; a long one is no typing mistake.
    let left = Array(left.utf8.prefix(64))
    let right = Array(right.utf8.prefix(64))
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 0..<left.count {
        var current = [row + 1]
        for column in 0..<right.count {
            let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
            var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
