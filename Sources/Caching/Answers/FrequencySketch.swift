// SPDX-License-Identifier: Apache-2.0

/// About how often each key was asked for lately: four counters of four bits for each key, of which the least counts (a count-min
/// sketch). When as many were counted as ten times its room, all are halved, so that what was popular once is forgotten.
struct FrequencySketch {
    /// Sixteen counters in each.
    private var words: [UInt64]
    private let mask: UInt64
    private var counted = 0

    /// - Parameter entries: for about so many; a word for each.
    init(entries: Int) {
        var count = 256
        while count < entries { count <<= 1 }
        words = Array(repeating: 0, count: count)
        mask = UInt64(count - 1)
    }

    mutating func count(_ key: CacheKey) {
        var hasGrown = false
        for row in 0..<4 {
            let (word, shift) = place(key, row)
            if words[word] >> shift & 15 < 15 {
                words[word] += 1 << shift
                hasGrown = true
            }
        }
        if !hasGrown { return }
        counted += 1
        if counted >= words.count * 10 { halve() }
    }

    /// 0 to 15.
    func frequency(_ key: CacheKey) -> Int {
        var least: UInt64 = 15
        for row in 0..<4 {
            let (word, shift) = place(key, row)
            least = min(least, words[word] >> shift & 15)
        }
        return Int(least)
    }

    /// Each row has a part of the key to itself, and four of the sixteen counters of each word.
    private func place(_ key: CacheKey, _ row: Int) -> (word: Int, shift: UInt64) {
        let part = row < 2 ? key.words.1 : key.words.2
        let bits = row % 2 == 0 ? part : part >> 32
        return (Int(bits & mask), (UInt64(row) * 4 + bits >> 28 & 3) * 4)
    }

    private mutating func halve() {
        for index in words.indices { words[index] = words[index] >> 1 & 0x7777_7777_7777_7777 }
        counted /= 2
    }
}
