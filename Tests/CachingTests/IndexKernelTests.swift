// SPDX-License-Identifier: Apache-2.0
import CVectorScan
import Caching
import Glibc
import TestSupport
import Testing

/// Memory whose last byte is the last of a page that can be read: one byte more ends the process.
private final class Fenced<Value> {
    let start: UnsafeMutablePointer<Value>
    private let memory: UnsafeMutableRawPointer
    private let size: Int

    init(_ values: [Value]) throws {
        let page = Int(getpagesize())
        let bytes = values.count * MemoryLayout<Value>.stride
        size = (bytes + page - 1) / page * page + page
        memory = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        #expect(mprotect(memory + size - page, page, PROT_NONE) == 0)
        start = (memory + size - page - bytes).bindMemory(to: Value.self, capacity: values.count)
        start.initialize(from: values, count: values.count)
    }

    deinit { munmap(memory, size) }
}

private let faster: [wicket_scan_kernel] = [WICKET_SCAN_AVX2, WICKET_SCAN_AVX512, WICKET_SCAN_NEON]
    .map { wicket_scan_kernel($0) }.filter { wicket_scan_supported($0) == $0 }
private let portable = wicket_scan_kernel(WICKET_SCAN_PORTABLE)
private let lengths = [1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 128, 129, 191, 255, 257, 384, 511, 1000, 1536]

@Test(arguments: faster) func `products are the portable kernel's, of any length and to the last byte`(
    kernel: wicket_scan_kernel
) throws {
    var random = SeededRandom(seed: 1)
    for length in lengths {
        let count = 1 + random.below(9)
        let rows = try Fenced(random.bytes(count * length))
        let query = try Fenced(random.bytes(length))
        let pointers = (0..<count).reversed().map { UnsafePointer<Int8>?(rows.start + $0 * length) }
        let expected = try Fenced([Int32](repeating: 0, count: count))
        let products = try Fenced([Int32](repeating: 0, count: count))
        wicket_scan_dots(portable, rows.start, count, length, query.start, expected.start)
        wicket_scan_dots(kernel, rows.start, count, length, query.start, products.start)
        for row in 0..<count {
            let plain = (0..<length).reduce(0) { $0 + Int(rows.start[row * length + $1]) * Int(query.start[$1]) }
            #expect(Int(expected.start[row]) == plain)
            #expect(Int(products.start[row]) == plain)
        }
        wicket_scan_dots_of(kernel, pointers, count, length, query.start, products.start)
        for row in 0..<count { #expect(products.start[count - 1 - row] == expected.start[row]) }
    }
}

@Test(arguments: faster) func `products at their extremes do not overflow`(kernel: wicket_scan_kernel) {
    let length = Int(WICKET_SCAN_DIMENSION_MAX)
    for (left, right) in [(-128, -128), (127, 127), (-128, 127), (127, -128)] as [(Int8, Int8)] {
        let row = [Int8](repeating: left, count: length)
        let query = [Int8](repeating: right, count: length)
        var product: Int32 = 0
        wicket_scan_dots(kernel, row, 1, length, query, &product)
        #expect(Int(product) == length * Int(left) * Int(right))
    }
}

@Test(arguments: [portable] + faster) func `near sketches are found to the last one, with their distances`(
    kernel: wicket_scan_kernel
) throws {
    var random = SeededRandom(seed: 2)
    for count in [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 31, 33, 100, 1001] {
        let low = (0..<count).map { _ in random.next() & random.next() }
        let high = (0..<count).map { _ in random.next() & random.next() }
        let (fencedLow, fencedHigh) = (try Fenced(low), try Fenced(high))
        let places = try Fenced([UInt32](repeating: 0, count: count))
        let distances = try Fenced([UInt8](repeating: 0, count: count))
        for limit in [0, 20, 30, 32, 34, 60, 128] as [UInt32] {
            let plain = (0..<count).map { (low[$0] ^ 5).nonzeroBitCount + (high[$0] ^ 9).nonzeroBitCount }
            let expected = (0..<count).filter { plain[$0] <= limit }
            let found = wicket_scan_near(
                kernel, fencedLow.start, fencedHigh.start, count, 5, 9, limit, 70, places.start, distances.start)
            #expect(found == expected.count)
            #expect((0..<found).map { Int(places.start[$0]) - 70 } == expected)
            #expect((0..<found).map { Int(distances.start[$0]) } == expected.map { plain[$0] })
        }
    }
}

@Test(arguments: [portable] + faster) func `a sketch is the signs of 128 sums`(kernel: wicket_scan_kernel) throws {
    var random = SeededRandom(seed: 3)
    for length in lengths + [Int(WICKET_SCAN_DIMENSION_MAX)] {
        let values = random.bytes(length)
        var signs = [Int8](repeating: 1, count: length)
        wicket_scan_signs(&signs, length)
        #expect(signs.allSatisfy { $0 == 0 || $0 == -1 })
        let (vector, fencedSigns) = (try Fenced(values), try Fenced(signs))
        var halves: (UInt64, UInt64) = (0, 0)
        wicket_scan_sketch(kernel, vector.start, fencedSigns.start, length, &halves.0, &halves.1)
        for row in 0..<128 {
            // Of the Walsh-Hadamard matrix: +1 where the row and the column share an even number of bits.
            let sum = (0..<length).reduce(0) { sum, at in
                let isNegative = ((row & at & 127).nonzeroBitCount % 2 == 1) != (signs[at] == -1)
                return sum + (isNegative ? -1 : 1) * Int(values[at])
            }
            let bit = (row < 64 ? halves.0 >> UInt64(row) : halves.1 >> UInt64(row - 64)) & 1
            #expect(bit == (sum < 0 ? 1 : 0), "length \(length), row \(row)")
        }
    }
}

@Test func `the signs of the projection stay what they are`() {
    var signs = [Int8](repeating: 0, count: 64)
    wicket_scan_signs(&signs, 64)
    let word = signs.enumerated().reduce(UInt64(0)) { $1.element == 0 ? $0 : $0 | 1 << UInt64($1.offset) }
    #expect(word == 14_262_288_358_673_517_756)
}
