// SPDX-License-Identifier: Apache-2.0
import CVectorScan

/// Finds the questions that lie nearest to one: all vectors of all partitions, in bounded memory.
///
/// A value that cannot be copied, for it owns its memory: whoever owns it keeps it in a `Mutex` and asks on a background thread.
/// Rows on disk are the truth; this is built of them at start, and what it evicts is gone from here alone.
package struct VectorIndex: ~Copyable {
    /// What the index may ask for, in bytes.
    package let byteLimit: Int
    /// The entries that are held, expired ones included until they are met.
    package internal(set) var count = 0

    let kernel: VectorKernel
    /// By number; a number that nobody has is given again.
    var partitions: [VectorPartition?] = []
    var freeNumbers: [Int] = []
    var partitionNumbers = KeyTable()
    var entries = KeyTable()
    var partitionBytes = 0
    /// Where the next eviction looks.
    var hand = Hand()
    /// Where the next sweep for expired entries looks.
    var sweeper = Hand()
    var scratch = SearchScratch()
    private var signs: [Int: [Int8]] = [:]

    package init(byteLimit: Int, kernel: VectorKernel = .best) {
        self.byteLimit = byteLimit
        self.kernel = kernel.isSupported ? kernel : .portable
    }

    /// What it has asked for, in bytes; beside it, a search takes up to 350 KB, always the same.
    package var byteCount: Int {
        partitionBytes + partitions.capacity * MemoryLayout<VectorPartition?>.stride + entries.byteCount
            + partitionNumbers.byteCount
    }

    package enum Insertion: Equatable, Sendable {
        /// Held, and these are not any more.
        case inserted(evicted: [CacheKey])
        /// The partition's vectors have another length; 0: no vector has this one.
        case refused(dimension: Int)
        /// There is no room for a single entry.
        case noRoom(evicted: [CacheKey])
    }

    /// Puts in an entry, in place of the one with the same key.
    /// - Parameters:
    ///   - expiresAt: From then on it is not found. In `now`'s unit.
    package mutating func insert(
        _ key: CacheKey, into partitionKey: CacheKey, vector: QuantisedVector, expiresAt: Int, now: Int
    ) -> Insertion {
        vector.bytes.withUnsafeBufferPointer {
            insert(key, into: partitionKey, bytes: $0, scale: vector.scale, expiresAt: expiresAt, now: now)
        }
    }

    /// The same, of a row's bytes where they lie.
    package mutating func insert(
        _ key: CacheKey, into partitionKey: CacheKey, bytes: UnsafeBufferPointer<Int8>, scale: Float, expiresAt: Int, now: Int
    ) -> Insertion {
        guard let start = bytes.baseAddress, (1...Int(WICKET_SCAN_DIMENSION_MAX)).contains(bytes.count) else {
            return .refused(dimension: 0)
        }
        if let number = number(of: partitionKey), let partition = partitions[number], partition.dimension != bytes.count {
            return .refused(dimension: partition.dimension)
        }
        remove(key)
        var evicted: [CacheKey] = []
        // An eviction may take the partition's own last entry, and the partition with it: so it is looked up each time.
        var growth = bytesToGrow(partitionKey, dimension: bytes.count)
        while growth > 0, byteCount + growth > byteLimit {
            guard growth <= byteLimit, let key = evict(now: now) else { return .noRoom(evicted: evicted) }
            evicted.append(key)
            growth = bytesToGrow(partitionKey, dimension: bytes.count)
        }
        let (number, partition) = makePartition(partitionKey, dimension: bytes.count)
        let grown = partition.byteCount
        let place = partition.append(key, start, scale: scale, expiresAt: expiresAt, kernel: kernel)
        partitionBytes += partition.byteCount - grown
        entries.insert(key, at: KeyTable.Location(partition: UInt32(number), place: UInt32(place)))
        count += 1
        return .inserted(evicted: evicted)
    }

    /// - Returns: Whether it was there.
    @discardableResult
    package mutating func remove(_ key: CacheKey) -> Bool {
        guard let location = location(of: key) else { return false }
        remove(at: location, key, isTight: false)
        return true
    }

    /// An entry that was used is not evicted when its turn comes next.
    package mutating func markUsed(_ key: CacheKey) {
        guard let location = location(of: key), let partition = partitions[Int(location.partition)] else { return }
        let (segment, place) = partition.locate(Int(location.place))
        segment.marks[place] = true
    }

    package func contains(_ key: CacheKey) -> Bool { location(of: key) != nil }

    /// Makes room for the keys of `count` entries at once, before they are read from disk.
    package mutating func reserve(_ count: Int) { entries.reserve(count) }

    mutating func remove(at location: KeyTable.Location, _ key: CacheKey, isTight: Bool) {
        guard let partition = partitions[Int(location.partition)] else { return }
        entries.remove(key, at: location)
        let before = partition.byteCount
        if partition.remove(at: Int(location.place), isTight: isTight) {
            let old = KeyTable.Location(partition: location.partition, place: UInt32(partition.count))
            entries.move(partition.key(at: Int(location.place)), from: old, to: location)
        }
        partitionBytes += partition.byteCount - before
        count -= 1
        if partition.count == 0 { dropPartition(Int(location.partition), partition) }
    }

    private func location(of key: CacheKey) -> KeyTable.Location? {
        entries.find(key) { partitions[Int($0.partition)]?.key(at: Int($0.place)) == key }
    }

    func number(of partitionKey: CacheKey) -> Int? {
        partitionNumbers.find(partitionKey) { partitions[Int($0.partition)]?.key == partitionKey }.map { Int($0.partition) }
    }

    private func bytesToGrow(_ partitionKey: CacheKey, dimension: Int) -> Int {
        if let number = number(of: partitionKey), let partition = partitions[number] { return partition.bytesToGrow }
        return VectorPartition.overhead + VectorSegment.size(capacity: 1, dimension: dimension)
    }

    private mutating func makePartition(_ key: CacheKey, dimension: Int) -> (Int, VectorPartition) {
        if let number = number(of: key), let partition = partitions[number] { return (number, partition) }
        let signs = self.signs[dimension] ?? VectorSketch.signs(dimension: dimension)
        self.signs[dimension] = signs
        let partition = VectorPartition(key: key, signs: signs)
        let number = freeNumbers.popLast() ?? partitions.count
        if number == partitions.count { partitions.append(partition) } else { partitions[number] = partition }
        partitionNumbers.insert(key, at: KeyTable.Location(partition: UInt32(number), place: 0))
        partitionBytes += VectorPartition.overhead
        return (number, partition)
    }

    private mutating func dropPartition(_ number: Int, _ partition: VectorPartition) {
        partitionNumbers.remove(partition.key, at: KeyTable.Location(partition: UInt32(number), place: 0))
        partitionBytes -= partition.byteCount + VectorPartition.overhead
        partitions[number] = nil
        freeNumbers.append(number)
    }
}
