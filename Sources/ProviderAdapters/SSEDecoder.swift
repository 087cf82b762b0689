// SPDX-License-Identifier: Apache-2.0
import Glibc

/// One server-sent event. Its slices share the decoder's buffer: let go of them before the next `receive`, or a copy is made.
package struct SSEEvent: Equatable {
    /// The last `event:` field, or empty.
    package var name: ArraySlice<UInt8>
    /// The `data:` fields, joined by line feeds.
    package var data: ArraySlice<UInt8>
    /// There were several `data:` fields, so that the data contain line feeds; a single one cannot.
    package var isJoined = false

    package func isNamed(_ text: StaticString) -> Bool {
        !name.isEmpty && name.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

/// Server-sent events from bytes that may be cut anywhere (WHATWG HTML, "Interpreting an event stream"), with one liberty: an
/// event that the end of the body cuts off before its blank line still counts, because several providers leave the last one out.
///
/// Sans-IO: `receive` bytes, take events by `next` until nil; at the end of the body `finish` and take again.
package struct SSEDecoder {
    /// The most bytes that are held for one event. A provider that sends more without ending its event is broken.
    package let limit: Int
    /// More than `limit` bytes came without the end of their event: they are dropped, and no event comes any more.
    package private(set) var isOverLimit = false

    private var buffer: [UInt8] = []
    /// Where the line that is being looked at begins, and how far it was searched for its end.
    private var lineStart = 0
    private var searched = 0
    /// No line feed stands from `searched` up to here. Spares a stream whose lines end in carriage returns a search to the end
    /// for each.
    private var feedFree = 0
    private var name: Range<Int>?
    private var data: Range<Int>?
    /// The data of an event that has several `data:` lines.
    private var joined: [UInt8]?
    /// The last line ended in a carriage return at the very end of what had come: a line feed now belongs to it.
    private var mayContinueBreak = false
    /// Nothing was read yet: a byte order mark may stand here.
    private var isAtStart = true
    private var ended = false

    package init(limit: Int = 16 << 20) { self.limit = limit }

    /// Bytes that are held because their event is not complete.
    package var pendingCount: Int { buffer.count - held + (joined?.count ?? 0) }

    package mutating func receive(_ bytes: [UInt8]) {
        if isOverLimit { return }
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// The body has ended.
    package mutating func finish() { ended = true }

    /// The next complete event, or nil when more bytes are needed.
    package mutating func next() -> SSEEvent? {
        if isAtStart, !skipByteOrderMark() { return nil }
        while let line = nextLine() {
            if line.isEmpty {
                if let event = takeEvent() { return event }
            } else {
                field(line)
            }
        }
        if ended { return takeEvent() }
        if pendingCount > limit { overflow() }
        return nil
    }

    private mutating func overflow() {
        self = SSEDecoder(limit: limit)
        isOverLimit = true
    }

    // MARK: Lines

    /// False while what has come may still be the beginning of a mark.
    private mutating func skipByteOrderMark() -> Bool {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if buffer.starts(with: mark) {
            lineStart = mark.count
            searched = mark.count
        } else if !ended, mark.starts(with: buffer) {
            return false
        }
        isAtStart = false
        return true
    }

    private mutating func nextLine() -> Range<Int>? {
        if mayContinueBreak, lineStart < buffer.count {
            mayContinueBreak = false
            if buffer[lineStart] == 0x0A {
                lineStart += 1
                searched = lineStart
            }
        }
        guard let end = lineEnd() else {
            searched = buffer.count
            guard ended, lineStart < buffer.count else { return nil }
            defer { lineStart = buffer.count }
            return lineStart..<buffer.count
        }
        let line = lineStart..<end
        lineStart = end + 1
        if buffer[end] == 0x0D {
            if lineStart == buffer.count {
                mayContinueBreak = true
            } else if buffer[lineStart] == 0x0A {
                lineStart += 1
            }
        }
        searched = lineStart
        return line
    }

    /// The first line feed or carriage return at or behind `searched`.
    private mutating func lineEnd() -> Int? {
        feedFree = max(feedFree, searched)
        let (searched, start) = (searched, feedFree)
        let (feed, carriage) = buffer.withUnsafeBytes { bytes in
            let feed = position(of: 0x0A, in: bytes, start..<bytes.count)
            return (feed, position(of: 0x0D, in: bytes, searched..<(feed ?? bytes.count)))
        }
        feedFree = feed ?? buffer.count
        return carriage ?? feed
    }

    // MARK: Fields

    private mutating func field(_ line: Range<Int>) {
        if starts(line, "data") { return appendData(value(line, 4)) }
        if starts(line, "event") { name = value(line, 5) }
        // `id`, `retry`, comments (a colon first) and unknown fields say nothing to us.
    }

    private func starts(_ line: Range<Int>, _ field: StaticString) -> Bool {
        let length = field.utf8CodeUnitCount
        guard line.count >= length else { return false }
        for offset in 0..<length where buffer[line.lowerBound + offset] != field.utf8Start[offset] { return false }
        return line.count == length || buffer[line.lowerBound + length] == UInt8(ascii: ":")
    }

    /// What follows the colon, without the one space that may stand there.
    private func value(_ line: Range<Int>, _ nameLength: Int) -> Range<Int> {
        var start = min(line.lowerBound + nameLength + 1, line.upperBound)
        if start < line.upperBound, buffer[start] == 0x20 { start += 1 }
        return start..<line.upperBound
    }

    private mutating func appendData(_ value: Range<Int>) {
        guard let first = data else {
            data = value
            return
        }
        if joined == nil { joined = Array(buffer[first]) }
        joined?.append(0x0A)
        joined?.append(contentsOf: buffer[value])
    }

    private mutating func takeEvent() -> SSEEvent? {
        defer {
            name = nil
            data = nil
            joined = nil
        }
        guard let data else { return nil }
        let name = name.map { buffer[$0] } ?? []
        if let joined { return SSEEvent(name: name, data: joined[...], isJoined: true) }
        return SSEEvent(name: name, data: buffer[data])
    }

    // MARK: Room

    /// How much of the buffer was read and is not needed any more.
    private var held: Int {
        var keep = lineStart
        if joined == nil, let data { keep = min(keep, data.lowerBound) }
        if let name { keep = min(keep, name.lowerBound) }
        return keep
    }

    /// Drops what was read, once it is so much that moving the rest is worth it. Only before new bytes come, so that positions
    /// hold while events are taken.
    private mutating func compact() {
        let keep = held
        if keep < 16 << 10 { return }
        buffer.removeFirst(keep)
        lineStart -= keep
        searched -= keep
        feedFree = max(0, feedFree - keep)
        name = name.map { $0.lowerBound - keep..<$0.upperBound - keep }
        // Data that were joined lie elsewhere; that there are some is all that their range still says.
        data = data.map { joined == nil ? $0.lowerBound - keep..<$0.upperBound - keep : 0..<0 }
    }
}

/// The first `byte` in that range, by libc's search: several times faster than a loop.
func position(of byte: UInt8, in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
    guard let base = bytes.baseAddress, !range.isEmpty else { return nil }
    return memchr(base + range.lowerBound, Int32(byte), range.count).map { UnsafeRawPointer($0) - base }
}
