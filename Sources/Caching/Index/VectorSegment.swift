// SPDX-License-Identifier: Apache-2.0

/// Room for a number of entries of one partition, each field in an array of its own: one piece of memory that never moves, so
/// that a large partition grows without a copy.
struct VectorSegment {
    let capacity: Int
    let dimension: Int
    let vectors: UnsafeMutablePointer<Int8>
    let keys: UnsafeMutablePointer<CacheKey>
    let expiries: UnsafeMutablePointer<Int>
    let scales: UnsafeMutablePointer<Float>
    /// Whether an entry was used since the eviction's hand last passed it.
    let marks: UnsafeMutablePointer<Bool>

    init(capacity: Int, dimension: Int) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Self.memorySize(capacity: capacity, dimension: dimension), alignment: 64)
        func field<Value>(at offset: Int, of type: Value.Type) -> UnsafeMutablePointer<Value> {
            (memory + offset).bindMemory(to: type, capacity: capacity)
        }
        self.capacity = capacity
        self.dimension = dimension
        vectors = memory.bindMemory(to: Int8.self, capacity: capacity * dimension)
        let start = Self.vectorsSize(capacity: capacity, dimension: dimension)
        keys = field(at: start, of: CacheKey.self)
        expiries = field(at: start + 32 * capacity, of: Int.self)
        scales = field(at: start + 40 * capacity, of: Float.self)
        marks = field(at: start + 44 * capacity, of: Bool.self)
    }

    func deallocate() { UnsafeMutableRawPointer(vectors).deallocate() }

    private static func vectorsSize(capacity: Int, dimension: Int) -> Int { (capacity * dimension + 63) & ~63 }

    /// In bytes, with its line in the partition's list and what the allocator adds.
    static func size(capacity: Int, dimension: Int) -> Int {
        memorySize(capacity: capacity, dimension: dimension) + MemoryLayout<VectorSegment>.stride + 32
    }

    private static func memorySize(capacity: Int, dimension: Int) -> Int {
        vectorsSize(capacity: capacity, dimension: dimension) + 45 * capacity
    }

    /// Fills the place `target` with the entry at `place` of `source`.
    func copy(from source: VectorSegment, _ place: Int, to target: Int, count: Int = 1) {
        (vectors + target * dimension).update(from: source.vectors + place * dimension, count: count * dimension)
        (keys + target).update(from: source.keys + place, count: count)
        (expiries + target).update(from: source.expiries + place, count: count)
        (scales + target).update(from: source.scales + place, count: count)
        (marks + target).update(from: source.marks + place, count: count)
    }
}
