// SPDX-License-Identifier: Apache-2.0
import Glibc

/// One server-sent event. Its slices share the decoder's buffer: let go of them before the next `receive`, or a copy is made.
package struct SSEEvent: Equatable {
    /// The last `event:` field, or empty.
    package var name: ArraySlice<UInt8>
    /// The `data:` fields, joined by line feeds.
    package var data: ArraySlice<UInt8>

    package func isNamed(_ text: StaticString) -> Bool {
        name.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

/// Server-sent events from bytes that may be cut anywhere (WHATWG HTML, "Interpreting an event stream"), with one liberty: an
/// event that
/// the end of the body cuts off before its blank line still counts, because several providers leave the last one out.
///
/// Sans-IO: `receive` bytes, take events by `next` until nil; at the end of the body `finish` and take again.
package struct SSEDecoder {
    private var buffer: [UInt8] = []
    /// Where the line that is being looked at begins, and how far it was searched for its end.
    private var lineStart = 0
    private var searched = 0
    private var name: Range<Int> = 0..<0
    private var data: Range<Int>?
    /// Joined data, once an event has a second `data:` line.
    private var joined: [UInt8]?
    /// The last line ended in a carriage return at the very end of what had come: a line feed now belongs to it.
    private var mayContinueBreak = false
    private var ended = false

    package init() {}

    /// Bytes that are held because their event is not complete.
    package var pendingCount: Int { buffer.count - lineStart }

    package mutating func receive(_ bytes: some Collection<UInt8>) {
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// The body has ended.
    package mutating func finish() { ended = true }

    /// The next complete event, or nil when more bytes are needed.
    package mutating func next() -> SSEEvent? {
        while let line = nextLine() {
            if line.isEmpty {
                if let event = takeEvent() { return event }
            } else {
                field(line)
            }
        }
        return ended ? takeEvent() : nil
    }

    // MARK: Lines

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
    private func lineEnd() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, searched < bytes.count else { return nil }
            let feed = memchr(base + searched, 0x0A, bytes.count - searched).map { UnsafeRawPointer($0) - base }
            let limit = feed ?? bytes.count
            let carriage = memchr(base + searched, 0x0D, limit - searched).map { UnsafeRawPointer($0) - base }
            return carriage ?? feed
        }
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
        var text = joined ?? Array(buffer[first])
        text.append(0x0A)
        text.append(contentsOf: buffer[value])
        joined = text
    }

    private mutating func takeEvent() -> SSEEvent? {
        defer {
            name = 0..<0
            data = nil
            joined = nil
        }
        guard let data else { return nil }
        return SSEEvent(name: buffer[name], data: joined.map { $0[...] } ?? buffer[data])
    }

    /// Drops what was read. Only before new bytes come, so that positions hold while events are taken.
    private mutating func compact() {
        var keep = lineStart
        if let data { keep = min(keep, data.lowerBound) }
        if !name.isEmpty { keep = min(keep, name.lowerBound) }
        if keep == 0 { return }
        buffer.removeFirst(keep)
        lineStart -= keep
        searched -= keep
        data = data.map { $0.lowerBound - keep..<$0.upperBound - keep }
        if !name.isEmpty { name = name.lowerBound - keep..<name.upperBound - keep }
    }
}
