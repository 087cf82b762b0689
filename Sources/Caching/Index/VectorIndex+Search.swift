// SPDX-License-Identifier: Apache-2.0
import CVectorScan

/// An entry and how near it is.
package struct Neighbour: Equatable, Sendable {
    package var key: CacheKey
    package var cosine: Float

    package init(key: CacheKey, cosine: Float) {
        self.key = key
        self.cosine = cosine
    }
}

extension VectorIndex {
    /// Up to that many entries a partition is compared whole: what is found there is exact.
    package static let exactMax = 4096
    /// The most entries that pass by their sketches and are compared whole: of more, those with the nearest sketches.
    package static let survivorsMax = 4096
    private static let comparedTogether = 128

    /// The entries of a partition at least so near, best first.
    ///
    /// Exact up to `exactMax` entries. In a larger partition each entry at the threshold is missed with a probability of at most
    /// 1/500, one well above it with next to none (see `VectorSketch.limit`); so is one nearer than the last that is told.
    /// - Parameters:
    ///   - query: Of the length of the partition's vectors, else nothing is near.
    ///   - now: What has expired by then is not found.
    package mutating func nearest(
        to query: QuantisedVector, in partitionKey: CacheKey, atLeast cosine: Float, atMost most: Int, now: Int
    ) -> [Neighbour] {
        guard most > 0, let number = number(of: partitionKey), let partition = partitions[number],
            partition.dimension == query.bytes.count
        else { return [] }
        var best = BestNeighbours(atLeast: cosine, atMost: most, now: now, scale: query.scale)
        query.bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            if partition.count <= Self.exactMax {
                compareAll(of: partition, with: start, &best)
            } else {
                findSurvivors(in: partition, of: start, limit: VectorSketch.limit(atLeast: cosine))
                compareSurvivors(in: partition, with: start, &best)
            }
        }
        return best.all
    }

    private mutating func compareAll(
        of partition: VectorPartition, with query: UnsafePointer<Int8>, _ best: inout BestNeighbours
    ) {
        scratch.makeRoom(for: min(partition.count, partition.segmentCapacity))
        for (index, segment) in partition.segments.enumerated() {
            let count = partition.count(ofSegment: index)
            guard count > 0 else { continue }
            wicket_scan_dots(kernel.code, segment.vectors, count, segment.dimension, query, scratch.products)
            for place in 0..<count { best.take(scratch.products[place], segment, place) }
        }
    }

    private mutating func findSurvivors(in partition: VectorPartition, of query: UnsafePointer<Int8>, limit: UInt32) {
        let sketch = VectorSketch(query, signs: partition.signs, kernel: kernel)
        scratch.makeRoom(for: 2 * Self.survivorsMax + SketchBlocks.capacity)
        var limit = limit
        var found = 0
        for (index, block) in partition.sketches.blocks.enumerated() {
            let first = index * SketchBlocks.capacity
            let count = min(partition.count - first, SketchBlocks.capacity)
            guard count > 0 else { break }
            found += wicket_scan_near(
                kernel.code, block, block + SketchBlocks.capacity, count, sketch.low, sketch.high, limit, UInt32(first),
                scratch.places + found, scratch.distances + found)
            if found > 2 * Self.survivorsMax {
                guard let nearer = scratch.keepNearest(&found, atMost: Self.survivorsMax) else { break }
                limit = nearer
            }
        }
        if found > Self.survivorsMax { _ = scratch.keepNearest(&found, atMost: Self.survivorsMax) }
        scratch.found = found
    }

    /// Nearest sketches first: once there are enough, what has a sketch too far to be nearer than the last of them is not read.
    private mutating func compareSurvivors(
        in partition: VectorPartition, with query: UnsafePointer<Int8>, _ best: inout BestNeighbours
    ) {
        let upTo = scratch.sort()
        var next = 0
        var end = scratch.found
        while next < end {
            let group = next..<min(next + Self.comparedTogether, end)
            for index in group {
                let (segment, place) = partition.locate(Int(scratch.places[index]))
                scratch.rows[index] = UnsafePointer(segment.vectors + place * segment.dimension)
            }
            wicket_scan_dots_of(
                kernel.code, scratch.rows + next, group.count, partition.dimension, query, scratch.products + next)
            for index in group {
                let (segment, place) = partition.locate(Int(scratch.places[index]))
                best.take(scratch.products[index], segment, place)
            }
            next = group.upperBound
            if let least = best.leastOfEnough { end = min(end, upTo[Int(VectorSketch.limit(atLeast: least))]) }
        }
    }
}

/// The nearest few so far, best first.
private struct BestNeighbours {
    private(set) var all: [Neighbour] = []
    private let cosine: Float
    private let most: Int
    private let now: Int
    private let scale: Float

    init(atLeast cosine: Float, atMost most: Int, now: Int, scale: Float) {
        self.cosine = cosine
        self.most = most
        self.now = now
        self.scale = scale
    }

    /// The least near of them, once there are as many as were asked for.
    var leastOfEnough: Float? { all.count == most ? all[most - 1].cosine : nil }

    mutating func take(_ product: Int32, _ segment: VectorSegment, _ place: Int) {
        let near = Float(product) * (scale * segment.scales[place])
        guard near >= cosine, all.count < most || near > all[all.count - 1].cosine, segment.expiries[place] > now else { return }
        if all.count == most { all.removeLast() }
        let index = all.firstIndex { $0.cosine < near } ?? all.count
        all.insert(Neighbour(key: segment.keys[place], cosine: near), at: index)
    }
}
