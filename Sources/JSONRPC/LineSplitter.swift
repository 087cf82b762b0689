// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Cuts received bytes into lines, wherever the reads were cut. Only byte 0x0A ends a line (U+2028 is text), a carriage return
/// before it is dropped, and empty lines are skipped.
///
/// Sans-IO: `receive` bytes, take lines by `nextLine` until nil, then receive again; so it never holds more than the limit and
/// one
/// read. A line over the limit is told once, after which nothing is read any more: the connection should be closed.
package struct LineSplitter: Sendable {
    /// 16 MiB: room for images as base64.
    package static var defaultLimit: Int { 16 * 1024 * 1024 }
    /// Lines from this size on are handed out in the buffer they were gathered in; room above it is given back.
    private static var roomToKeep: Int { 64 * 1024 }

    package enum Line: Equatable, Sendable {
        /// Without its line break; never empty.
        case complete([UInt8])
        case tooLong
    }

    private enum State { case reading, tooLong, ended }

    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where the line that is being gathered begins, and how far it was searched for its end.
    private var lineStart = 0
    private var searched = 0
    private var state = State.reading
    private var isFinished = false

    /// - Parameter limit: the longest line in bytes, its line break not counted.
    package init(limit: Int = LineSplitter.defaultLimit) { self.limit = limit }

    /// Bytes that are held because their line is not complete.
    package var pendingCount: Int { buffer.count - lineStart }

    package mutating func receive(_ bytes: UnsafeRawBufferPointer) {
        guard state == .reading else { return }
        compact()
        let needed = buffer.count + bytes.count
        if needed > buffer.capacity {
            // Grows fourfold, so that a line that comes in pieces is moved seldom, but not past the longest line there can be.
            // Room that is never written to costs no memory.
            buffer.reserveCapacity(max(needed, min(4 * buffer.capacity, limit + 2)))
        }
        buffer.append(contentsOf: bytes)
    }

    /// Frees the room that the next line would come to, where none has begun to come.
    package mutating func giveBackRoom() {
        if pendingCount > 0 { return }
        buffer = []
        lineStart = 0
        searched = 0
    }

    /// The next complete line, or nil when more bytes are needed.
    package mutating func nextLine() -> Line? {
        while state == .reading {
            guard let feed = lineFeed() else {
                searched = buffer.count
                if length(upTo: buffer.count) > limit { state = .tooLong } else if isFinished { return takeRest() }
                break
            }
            let length = length(upTo: feed)
            if length > limit {
                state = .tooLong
            } else if length == 0 {
                advance(behind: feed)
            } else {
                return .complete(take(length, feed))
            }
        }
        guard state == .tooLong else { return nil }
        state = .ended
        buffer = []
        lineStart = 0
        searched = 0
        return .tooLong
    }

    /// The peer sends nothing more: what stands there without its line break is the last line (`printf '{…}' | socat`).
    package mutating func finish() { isFinished = true }

    /// The length of the line if it ended at `end`: without the carriage return that may belong to its line break.
    private func length(upTo end: Int) -> Int {
        end > lineStart && buffer[end - 1] == 0x0D ? end - 1 - lineStart : end - lineStart
    }

    private func lineFeed() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, searched < bytes.count else { return nil }
            return memchr(base + searched, 0x0A, bytes.count - searched).map { UnsafeRawPointer($0) - base }
        }
    }

    private mutating func take(_ length: Int, _ feed: Int) -> [UInt8] {
        if lineStart == 0, length >= LineSplitter.roomToKeep { return takeBuffer(length, feed) }
        let line = Array(buffer[lineStart..<lineStart + length])
        advance(behind: feed)
        return line
    }

    /// A large line keeps the room it was gathered in; what lies behind it, at most one read, is copied instead.
    private mutating func takeBuffer(_ length: Int, _ feed: Int) -> [UInt8] {
        var line = Array(buffer[(feed + 1)...])
        swap(&line, &buffer)
        line.removeSubrange(length...)
        lineStart = 0
        searched = 0
        return line
    }

    private mutating func takeRest() -> Line? {
        let rest = Array(buffer[lineStart..<lineStart + length(upTo: buffer.count)])
        state = .ended
        buffer = []
        lineStart = 0
        searched = 0
        return rest.isEmpty ? nil : .complete(rest)
    }

    private mutating func advance(behind feed: Int) {
        lineStart = feed + 1
        searched = lineStart
    }

    /// Drops what was read. What moves came with the last read, so no byte moves twice.
    private mutating func compact() {
        if buffer.capacity > 2 * LineSplitter.roomToKeep, pendingCount < LineSplitter.roomToKeep, lineStart > 0 {
            buffer = Array(buffer[lineStart...])
        } else if lineStart == buffer.count {
            buffer.removeAll(keepingCapacity: true)
        } else if lineStart > 0 {
            buffer.removeFirst(lineStart)
        }
        searched -= lineStart
        lineStart = 0
    }
}
