// SPDX-License-Identifier: Apache-2.0
import Caching
import Glibc
import TestSupport

// What the vector index costs: on one thread, nothing gated. Build it in release.
//
//     swift run -c release wicket-index-benchmark [--kernel portable|avx2|avx512|neon] [COUNT...]

func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

func percentile(_ times: [Double], _ share: Double) -> Double {
    times.sorted()[min(times.count - 1, Int(Double(times.count) * share))]
}

func rounded(_ value: Double, _ digits: Int = 1) -> String {
    let scale = digits == 0 ? 1.0 : digits == 1 ? 10.0 : 1000.0
    let text = String((value * scale).rounded() / scale)
    return digits == 0 ? String(text.prefix { $0 != "." }) : text
}

/// What the process holds in memory, in bytes.
func residentSize() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, 256, file) != nil else { return 0 }
    let fields = line.prefix { $0 > 31 }.split(separator: 32).map { $0.reduce(0) { 10 * $0 + Int($1) - 48 } }
    return fields.count > 1 ? fields[1] * Int(getpagesize()) : 0
}

var kernel = VectorKernel.best
var counts: [Int] = []
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    if argument == "--kernel" {
        let name = arguments.popFirst()
        kernel = VectorKernel.allCases.first { "\($0)" == name } ?? kernel
    } else if let count = Int(argument) {
        counts.append(count)
    }
}
if counts.isEmpty { counts = [10_000, 100_000, 1_000_000] }
print("kernel \(kernel)\(kernel.isSupported ? "" : ", which this machine has not: portable")")

let partition = CacheKey(words: (1, 2, 3, 4))
for count in counts {
    let world = World(entries: count, seed: 7)
    let resident = residentSize()
    var index = VectorIndex(byteLimit: 2 << 30, kernel: kernel)
    let started = now()
    index.reserve(count)
    for entry in 0..<count {
        _ = world.row(entry) { bytes, scale in
            index.insert(world.key(entry), into: partition, bytes: bytes, scale: scale, expiresAt: .max, now: 0)
        }
    }
    let built = now() - started
    let grown = residentSize() - resident
    let queries = (0..<(count > 500_000 ? 400 : 1000)).map { world.query($0) }
    for query in queries.prefix(20) { _ = index.nearest(to: query, in: partition, atLeast: 0.8, atMost: 4, now: 0) }
    var times: [Double] = []
    for query in queries {
        let began = now()
        _ = index.nearest(to: query, in: partition, atLeast: 0.8, atMost: 4, now: 0)
        times.append(now() - began)
    }
    // Between these, all vectors are read: the index is in no cache of the processor any more.
    var coldTimes: [Double] = []
    var asked = 0
    var found = 0
    for query in queries.prefix(300) {
        let began = now()
        let best = index.nearest(to: query, in: partition, atLeast: 0.8, atMost: 4, now: 0).first
        coldTimes.append(now() - began)
        guard let truth = world.nearest(to: query), truth >= 0.8 else { continue }
        asked += 1
        // The same vector may be there twice: as near is as good.
        if let best, best.cosine >= truth - 1e-5 { found += 1 }
    }
    print(
        """
        \(count) entries: built in \(rounded(built / 1000)) ms (\(rounded(built / Double(count), 3)) us each); search p50 \
        \(rounded(percentile(times, 0.5))) us, p99 \(rounded(percentile(times, 0.99))) us, \
        from cold p50 \(rounded(percentile(coldTimes, 0.5))) us; recall@1 at cosine >= 0.8: \
        \(found) of \(asked); \(rounded(Double(index.byteCount) / Double(count))) bytes an entry, \
        \(rounded(Double(grown) / Double(count))) of them resident
        """)
}
