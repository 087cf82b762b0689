// SPDX-License-Identifier: Apache-2.0
import Glibc

/// How often a secret stands in this process's memory, outside of the memory that is meant for it.
///
/// The secret is compared where it lies, so that the search makes no copy of it. Protected memory is known by what the kernel
/// says of it: memfd_secret cannot be read through /proc at all, and locked memory that stays out of dumps is marked `lo` and
/// `dd`.
func copies(of secret: UnsafeRawBufferPointer) throws -> [String] {
    var found: [String] = []
    let size = 1 << 20
    let window = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    defer { munmap(window, size) }
    let memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
    guard memory >= 0 else { throw MemoryUnreadable(errno: errno) }
    defer { close(memory) }
    for region in regions() where !region.isProtected && !(region.range ~= UInt(bitPattern: window)) {
        var start = region.range.lowerBound
        while start < region.range.upperBound {
            let count = pread(memory, window, min(size, Int(region.range.upperBound - start)), off_t(start))
            if count < secret.count { break }
            var from = 0
            let end = count - secret.count + 1
            while from < end, let hit = memchr(window + from, Int32(secret[0]), end - from) {
                let offset = UnsafeRawPointer(hit) - UnsafeRawPointer(window)
                if memcmp(hit, secret.baseAddress!, secret.count) == 0 {
                    found.append("\(String(start + UInt(offset), radix: 16)) in \(region.name)")
                }
                from = offset + 1
            }
            // Pieces overlap, for what lies across their border.
            if count < size { break }
            start += UInt(count - secret.count + 1)
        }
    }
    return found
}

struct MemoryUnreadable: Error { var errno: Int32 }

private struct Region {
    var range: Range<UInt>
    var name: String
    var isProtected = false
}

private func regions() -> [Region] {
    var all: [Region] = []
    guard let file = fopen("/proc/self/smaps", "re") else { return [] }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var room = 0
    defer { free(line) }
    while getline(&line, &room, file) > 0, let line {
        let text = String(cString: line)
        let words = text.split(whereSeparator: \.isWhitespace)
        if words.first == "VmFlags:" {
            if words.contains("lo"), words.contains("dd"), !all.isEmpty { all[all.count - 1].isProtected = true }
            continue
        }
        let ends = (words.first ?? "").split(separator: "-")
        guard ends.count == 2, words.count >= 5, words[1].hasPrefix("rw"), let from = UInt(ends[0], radix: 16),
            let to = UInt(ends[1], radix: 16)
        else { continue }
        all.append(Region(range: from..<to, name: words.count > 5 ? String(words[5]) : "anonymous memory"))
    }
    return all
}
