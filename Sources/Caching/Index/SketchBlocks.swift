// SPDX-License-Identifier: Apache-2.0

/// The sketches of a large partition's entries, by place. Apart from the entries and in pieces as large as may be: a search reads
/// them all, one after another, and reads small pieces at half the speed.
struct SketchBlocks {
    /// Sketches in a block: first the low halves of all, then the high ones.
    static let capacity = 1 << shift
    static let size = 2 * capacity * MemoryLayout<UInt64>.stride
    private static let shift = 13

    private(set) var blocks: [UnsafeMutablePointer<UInt64>] = []

    var byteCount: Int { blocks.count * (Self.size + 32) }

    subscript(place: Int) -> VectorSketch {
        get {
            let (block, at) = (blocks[place >> Self.shift], place & (Self.capacity - 1))
            return VectorSketch(low: block[at], high: block[Self.capacity + at])
        }
        nonmutating set {
            let (block, at) = (blocks[place >> Self.shift], place & (Self.capacity - 1))
            block[at] = newValue.low
            block[Self.capacity + at] = newValue.high
        }
    }

    /// Has room for `count` sketches, and gives back what is more by a block and a half; by nothing, where memory is short.
    mutating func resize(for count: Int, isTight: Bool = false) {
        while blocks.count * Self.capacity < count { blocks.append(Self.makeBlock()) }
        let spare = isTight ? Self.capacity : Self.capacity * 3 / 2
        while blocks.count * Self.capacity - count >= spare { UnsafeMutableRawPointer(blocks.removeLast()).deallocate() }
    }

    /// At a cache line's start: of what lies across two, each step of the search would read both.
    private static func makeBlock() -> UnsafeMutablePointer<UInt64> {
        UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64).bindMemory(to: UInt64.self, capacity: 2 * capacity)
    }

    mutating func removeAll() {
        for block in blocks { UnsafeMutableRawPointer(block).deallocate() }
        blocks = []
    }
}
