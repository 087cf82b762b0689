// SPDX-License-Identifier: Apache-2.0

/// How often each of many small numbers occurred, where most did not: pairs in the order of the numbers.
struct SparseCounts: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var number: Int
        var count: Int
    }
    private(set) var entries: [Entry] = []

    var total: Int { entries.reduce(0) { $0 &+ $1.count } }

    mutating func add(_ number: Int, _ count: Int = 1) {
        var place = 0
        add(number, count, from: &place)
    }

    mutating func merge(_ other: SparseCounts) {
        var place = 0
        for entry in other.entries { add(entry.number, entry.count, from: &place) }
    }

    /// Numbers that are given in rising order are found by walking along with `place`.
    private mutating func add(_ number: Int, _ count: Int, from place: inout Int) {
        while place < entries.count, entries[place].number < number { place += 1 }
        if place < entries.count, entries[place].number == number {
            entries[place].count &+= count
        } else {
            entries.insert(Entry(number: number, count: count), at: place)
        }
    }

    // MARK: Bytes

    func append(to bytes: inout [UInt8]) {
        VariableInteger.append(UInt64(entries.count), to: &bytes)
        var last = 0
        for entry in entries {
            VariableInteger.append(UInt64(max(0, entry.number - last)), to: &bytes)
            VariableInteger.append(UInt64(max(0, entry.count)), to: &bytes)
            last = entry.number
        }
    }

    /// Adds counts where they lie, without a list of them in between.
    mutating func merge(_ reader: inout VariableIntegerReader) {
        var (number, place) = (0, 0)
        for _ in 0..<reader.nextCount() {
            number &+= reader.nextCount()
            let count = reader.nextCount()
            // What was cut short reads as noughts.
            if count > 0 { add(number, count, from: &place) }
        }
    }
}
