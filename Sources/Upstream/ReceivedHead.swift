// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Glibc

/// An answer's head as it comes in, line by line; interim (1xx) heads are skipped. The fields stay one block of bytes until
/// someone asks for them: most requests need two or three of thirty.
struct ReceivedHead {
    /// More than any honest server sends; curl 7.88 has no limit of its own.
    static let byteLimit = 256 << 10

    private(set) var status = 0
    private(set) var isComplete = false
    /// `name:value` lines with names in lower case, each ended by a line feed.
    private var fields: [UInt8] = []

    mutating func reset() {
        status = 0
        isComplete = false
        fields.removeAll(keepingCapacity: fields.capacity <= 8192)
    }

    /// Takes one line, with its line break. False when the head is too long or not HTTP.
    mutating func receive(_ line: UnsafeRawBufferPointer) -> Bool {
        // Trailer fields of a chunked body come the same way.
        if isComplete { return true }
        var end = line.count
        while end > 0, line[end - 1] == 0x0A || line[end - 1] == 0x0D { end -= 1 }
        if end == 0 { return endHead() }
        if fields.count + end > Self.byteLimit { return false }
        let content = UnsafeRawBufferPointer(rebasing: line[..<end])
        if isStatusLine(content) { return startHead(content) }
        let isFolded = content[0] == 0x20 || content[0] == 0x09
        if isFolded {
            // Part of the value before it.
            if fields.isEmpty { return true }
            fields.removeLast()
        }
        let start = fields.count
        fields.append(contentsOf: content)
        fields.append(0x0A)
        if !isFolded { lowerName(from: start) }
        return true
    }

    private func isStatusLine(_ line: UnsafeRawBufferPointer) -> Bool {
        let mark: StaticString = "HTTP/"
        return line.starts(with: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount))
    }

    /// Brings the last line's name to lower case; a line without a name is dropped.
    private mutating func lowerName(from start: Int) {
        let hasName = fields.withUnsafeMutableBufferPointer { bytes in
            for index in start..<bytes.count {
                let byte = bytes[index]
                if byte == 0x3A { return true }
                if byte >= 0x41 && byte <= 0x5A { bytes[index] = byte | 0x20 }
            }
            return false
        }
        if !hasName { fields.removeLast(fields.count - start) }
    }

    private mutating func startHead(_ line: UnsafeRawBufferPointer) -> Bool {
        fields.removeAll(keepingCapacity: true)
        status = 0
        guard let space = line.firstIndex(of: 0x20), line.count - space >= 4 else { return false }
        for digit in line[(space + 1)...(space + 3)] {
            if digit < 0x30 || digit > 0x39 { return false }
            status = status * 10 + Int(digit - 0x30)
        }
        return status >= 100
    }

    private mutating func endHead() -> Bool {
        isComplete = status >= 200
        return status >= 100
    }

    /// The first value of a field; `name` in lower case.
    func value(_ name: String) -> String? {
        var name = name
        return name.withUTF8 { name in
            var start = 0
            while start < fields.count {
                let end = lineEnd(from: start)
                if end - start > name.count, fields[start + name.count] == 0x3A,
                    fields[start..<start + name.count].elementsEqual(name)
                {
                    return Self.text(fields[(start + name.count + 1)..<end])
                }
                start = end + 1
            }
            return nil
        }
    }

    private func lineEnd(from start: Int) -> Int {
        fields.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, bytes.count - start) else {
                return bytes.count
            }
            return UnsafeRawPointer(found) - base
        }
    }

    var head: HTTPHead {
        let fields = lines.compactMap { line -> HTTPField? in
            guard let colon = line.firstIndex(of: 0x3A) else { return nil }
            return HTTPField(String(decoding: line[..<colon], as: UTF8.self), Self.text(line[(colon + 1)...]))
        }
        return HTTPHead(status: status, fields: fields)
    }

    private var lines: some Sequence<ArraySlice<UInt8>> { fields.lazy.split(separator: 0x0A) }

    private static func text(_ value: ArraySlice<UInt8>) -> String {
        var value = value
        while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        return String(decoding: value, as: UTF8.self)
    }
}
