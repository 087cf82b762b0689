// SPDX-License-Identifier: Apache-2.0

/// Where each key's entry is. Its keys stay with the entries, and it grows by a part of 1/256 at a time, so that no insertion
/// waits until a million of them are laid out anew.
struct KeyTable {
    struct Location: Equatable {
        var partition: UInt32
        var place: UInt32
    }

    private struct Slot {
        var hash: UInt32 = 0
        /// `.max` in an empty slot.
        var partition: UInt32 = .max
        var place: UInt32 = 0

        var isEmpty: Bool { partition == .max }
        var location: Location { Location(partition: partition, place: place) }
    }

    private struct Part {
        var slots: [Slot] = []
        var count = 0
    }

    private var parts = [Part](repeating: Part(), count: 256)
    private(set) var slotCount = 0

    var byteCount: Int { slotCount * MemoryLayout<Slot>.stride }

    /// Finds the one of `key`'s hash that `isMatch` agrees to.
    func find(_ key: CacheKey, _ isMatch: (Location) -> Bool) -> Location? {
        let part = Self.part(of: key)
        guard let index = index(of: key, in: part, isMatch) else { return nil }
        return parts[part].slots[index].location
    }

    /// - Precondition: `key` is not in the table.
    mutating func insert(_ key: CacheKey, at location: Location) {
        let part = Self.part(of: key)
        if 4 * (parts[part].count + 1) > 3 * parts[part].slots.count { grow(part, to: max(4, 2 * parts[part].slots.count)) }
        parts[part].count += 1
        place(Slot(hash: Self.hash(of: key), partition: location.partition, place: location.place), in: part)
    }

    /// Changes `key`'s location.
    mutating func move(_ key: CacheKey, from old: Location, to new: Location) {
        let part = Self.part(of: key)
        guard let index = index(of: key, in: part, { $0 == old }) else { return }
        parts[part].slots[index].partition = new.partition
        parts[part].slots[index].place = new.place
    }

    mutating func remove(_ key: CacheKey, at location: Location) {
        let part = Self.part(of: key)
        guard var hole = index(of: key, in: part, { $0 == location }) else { return }
        parts[part].count -= 1
        // Those behind it that were pushed past the hole come back: no tombstones.
        let mask = parts[part].slots.count - 1
        var next = (hole + 1) & mask
        while !parts[part].slots[next].isEmpty {
            let home = Int(parts[part].slots[next].hash) & mask
            if (next &- home) & mask >= (next &- hole) & mask {
                parts[part].slots[hole] = parts[part].slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        parts[part].slots[hole] = Slot()
    }

    /// Makes room for `count` keys in all.
    mutating func reserve(_ count: Int) {
        // An eighth more: keys are not spread evenly.
        let least = count / parts.count * 3 / 2
        var capacity = 4
        while capacity < least { capacity *= 2 }
        for part in parts.indices where parts[part].slots.count < capacity { grow(part, to: capacity) }
    }

    private func index(of key: CacheKey, in part: Int, _ isMatch: (Location) -> Bool) -> Int? {
        let slots = parts[part].slots
        guard !slots.isEmpty else { return nil }
        let hash = Self.hash(of: key)
        var index = Int(hash) & (slots.count - 1)
        while !slots[index].isEmpty {
            if slots[index].hash == hash, isMatch(slots[index].location) { return index }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func place(_ slot: Slot, in part: Int) {
        let mask = parts[part].slots.count - 1
        var index = Int(slot.hash) & mask
        while !parts[part].slots[index].isEmpty { index = (index + 1) & mask }
        parts[part].slots[index] = slot
    }

    private mutating func grow(_ part: Int, to capacity: Int) {
        let old = parts[part].slots
        parts[part].slots = [Slot](repeating: Slot(), count: capacity)
        slotCount += capacity - old.count
        for slot in old where !slot.isEmpty { place(slot, in: part) }
    }

    // A key is a digest: any of its bits will do.
    private static func part(of key: CacheKey) -> Int { Int(truncatingIfNeeded: key.words.0 >> 56) }
    private static func hash(of key: CacheKey) -> UInt32 { UInt32(truncatingIfNeeded: key.words.1) }
}
