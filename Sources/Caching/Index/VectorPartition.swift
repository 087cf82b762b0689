// SPDX-License-Identifier: Apache-2.0

/// The entries that one question is compared with, at the places 0 to `count`, without holes. Its first segment grows by a
/// quarter at a time until it is whole; then whole segments are added, and nothing is copied any more.
final class VectorPartition {
    let key: CacheKey
    /// The directions' signs for each dimension; shared by all partitions of that dimension.
    let signs: [Int8]
    /// Entries in a full segment: a power of two.
    let segmentCapacity: Int
    private let shift: Int
    private(set) var segments: [VectorSegment] = []
    /// Of a partition that is, or just was, too large to be compared whole.
    private(set) var sketches = SketchBlocks()
    private(set) var count = 0
    private var segmentBytes = 0

    /// What the entries take.
    var byteCount: Int { segmentBytes + sketches.byteCount }

    /// The object, its list of segments and its line in the lists of partitions, in bytes.
    static let overhead = 256
    /// A whole segment is at most so large: what an insertion may have to ask for, and so how many entries of others an eviction
    /// may have to take before their memory is free.
    private static let segmentSizeMax = 1 << 18

    var dimension: Int { signs.count }

    init(key: CacheKey, signs: [Int8]) {
        self.key = key
        self.signs = signs
        let fitting = Self.segmentSizeMax / VectorSegment.size(capacity: 1, dimension: signs.count)
        shift = min(12, Int.bitWidth - 1 - max(1, fitting).leadingZeroBitCount)
        segmentCapacity = 1 << shift
    }

    deinit {
        for segment in segments { segment.deallocate() }
        sketches.removeAll()
    }

    /// The segment of a place, and the place in it.
    func locate(_ place: Int) -> (segment: VectorSegment, place: Int) {
        (segments[place >> shift], place & (segmentCapacity - 1))
    }

    /// How many entries of a segment are taken.
    func count(ofSegment index: Int) -> Int { min(count - index << shift, segmentCapacity) }

    func key(at place: Int) -> CacheKey {
        let (segment, place) = locate(place)
        return segment.keys[place]
    }

    /// What one more entry would ask for, in bytes; 0 while there is room.
    var bytesToGrow: Int {
        let needsBlock = count >= VectorIndex.exactMax && count >= sketches.blocks.count * SketchBlocks.capacity
        return segmentBytesToGrow + (needsBlock ? SketchBlocks.size : 0)
    }

    private var segmentBytesToGrow: Int {
        guard let last = segments.last else { return VectorSegment.size(capacity: 1, dimension: dimension) }
        if count - (segments.count - 1) << shift < last.capacity { return 0 }
        let size = VectorSegment.size(capacity: last.capacity, dimension: dimension)
        // A larger one takes the place of the only one; else a whole one is added.
        return last.capacity < segmentCapacity
            ? VectorSegment.size(capacity: larger(than: last.capacity), dimension: dimension) - size : size
    }

    /// - Returns: Its place.
    func append(
        _ key: CacheKey, _ bytes: UnsafePointer<Int8>, scale: Float, expiresAt: Int, kernel: VectorKernel
    ) -> Int {
        makeRoom()
        count += 1
        let (segment, place) = locate(count - 1)
        (segment.vectors + place * dimension).update(from: bytes, count: dimension)
        segment.keys[place] = key
        segment.expiries[place] = expiresAt
        segment.scales[place] = scale
        segment.marks[place] = false
        if !sketches.blocks.isEmpty {
            sketch(count - 1..<count, kernel)
        } else if count > VectorIndex.exactMax {
            sketch(0..<count, kernel)
        }
        return count - 1
    }

    private func sketch(_ places: Range<Int>, _ kernel: VectorKernel) {
        sketches.resize(for: places.upperBound)
        for whole in places {
            let (segment, place) = locate(whole)
            sketches[whole] = VectorSketch(segment.vectors + place * dimension, signs: signs, kernel: kernel)
        }
    }

    private func makeRoom() {
        if segments.isEmpty {
            add(capacity: 1)
        } else if count == (segments.count - 1) << shift + segments[segments.count - 1].capacity {
            let capacity = segments[0].capacity
            if capacity < segmentCapacity { resize(to: larger(than: capacity)) } else { add(capacity: segmentCapacity) }
        }
    }

    private func larger(than capacity: Int) -> Int { min(capacity + max(1, capacity / 4), segmentCapacity) }

    /// Fills the hole at `place` with the last entry, and gives back what is not needed any more.
    /// - Parameter isTight: Memory is short: nothing is kept for the next entry.
    /// - Returns: Whether an entry moved to `place`.
    func remove(at place: Int, isTight: Bool) -> Bool {
        count -= 1
        if place != count {
            let (source, from) = locate(count)
            let (target, to) = locate(place)
            target.copy(from: source, from, to: to)
            if !sketches.blocks.isEmpty { sketches[place] = sketches[count] }
        }
        shrink(isTight)
        return place != count
    }

    private func add(capacity: Int) {
        let segment = VectorSegment(capacity: capacity, dimension: dimension)
        segments.append(segment)
        segmentBytes += VectorSegment.size(capacity: capacity, dimension: dimension)
    }

    private func drop() {
        let segment = segments.removeLast()
        segmentBytes -= VectorSegment.size(capacity: segment.capacity, dimension: dimension)
        segment.deallocate()
    }

    /// Of the only segment.
    private func resize(to capacity: Int) {
        let old = segments.removeLast()
        segmentBytes -= VectorSegment.size(capacity: old.capacity, dimension: dimension)
        add(capacity: capacity)
        segments[0].copy(from: old, 0, to: 0, count: min(count, old.capacity))
        old.deallocate()
    }

    /// Late enough that a partition which loses an entry and gains one again, over and over, asks for no memory each time.
    private func shrink(_ isTight: Bool) {
        if sketches.blocks.count > 0 {
            if count <= VectorIndex.exactMax / 2 { sketches.removeAll() } else { sketches.resize(for: count, isTight: isTight) }
        }
        guard let last = segments.last, count > 0 else { return }
        if segments.count > 1 {
            if count <= (segments.count - 1) << shift - (isTight ? 0 : segmentCapacity / 2) { drop() }
        } else if last.capacity - count >= max(1, last.capacity / (isTight ? 4 : 2)) {
            resize(to: count)
        }
    }
}
