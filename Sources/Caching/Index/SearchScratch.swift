// SPDX-License-Identifier: Apache-2.0

/// Memory that every search of one index uses again.
struct SearchScratch: ~Copyable {
    /// Of the entries that passed: place, bits in which the sketch differs, vector, and its product with the query.
    private(set) var places: UnsafeMutablePointer<UInt32>
    private(set) var distances: UnsafeMutablePointer<UInt8>
    /// To sort the places into.
    private var spare: UnsafeMutablePointer<UInt32>
    private(set) var rows: UnsafeMutablePointer<UnsafePointer<Int8>?>
    private(set) var products: UnsafeMutablePointer<Int32>
    private var capacity = 0
    /// How many passed.
    var found = 0

    init() {
        places = .allocate(capacity: 0)
        distances = .allocate(capacity: 0)
        spare = .allocate(capacity: 0)
        rows = .allocate(capacity: 0)
        products = .allocate(capacity: 0)
    }

    deinit { free() }

    /// What it holds is lost.
    mutating func makeRoom(for count: Int) {
        guard count > capacity else { return }
        free()
        places = .allocate(capacity: count)
        distances = .allocate(capacity: count)
        spare = .allocate(capacity: count)
        rows = .allocate(capacity: count)
        products = .allocate(capacity: count)
        capacity = count
    }

    private func free() {
        places.deallocate()
        distances.deallocate()
        spare.deallocate()
        rows.deallocate()
        products.deallocate()
    }

    /// Puts the places of what passed in order of distance; of equally near ones, the first comes first. Distances are not kept.
    /// - Returns: For each distance, how many are at most so far.
    mutating func sort() -> [Int] {
        var upTo = [Int](repeating: 0, count: 129)
        for index in 0..<found { upTo[Int(distances[index])] += 1 }
        var starts = upTo
        var before = 0
        for distance in upTo.indices {
            starts[distance] = before
            before += upTo[distance]
            upTo[distance] = before
        }
        for index in 0..<found {
            let distance = Int(distances[index])
            spare[starts[distance]] = places[index]
            starts[distance] += 1
        }
        swap(&places, &spare)
        return upTo
    }

    /// Keeps the `most` whose sketches are nearest; of equally near ones, the first.
    /// - Returns: How near one must be to be nearer than all that are left out; nil: nothing can be.
    mutating func keepNearest(_ found: inout Int, atMost most: Int) -> UInt32? {
        var counts = [Int](repeating: 0, count: 129)
        for index in 0..<found { counts[Int(distances[index])] += 1 }
        var edge = 0
        var nearer = 0
        while edge < 128, nearer + counts[edge] <= most {
            nearer += counts[edge]
            edge += 1
        }
        // All below the edge stay, and as many at it as there is room for.
        var left = most - nearer
        var kept = 0
        for index in 0..<found {
            let distance = Int(distances[index])
            if distance > edge || (distance == edge && left == 0) { continue }
            if distance == edge { left -= 1 }
            places[kept] = places[index]
            distances[kept] = distances[index]
            kept += 1
        }
        found = kept
        return edge == 0 ? nil : UInt32(edge - 1)
    }
}
