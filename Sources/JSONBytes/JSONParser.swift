// SPDX-License-Identifier: Apache-2.0

/// One pass over the text that checks all of RFC 8259 and lays the tape. Iterative: the nesting of the text never becomes the
/// nesting of calls. Nothing is allocated for a value but its place on the tape.
struct JSONParser {
    private let text: JSONScanner
    private let maximumDepth: Int
    private var position = 0
    private var depth = 0
    /// Tape position of the innermost open container, or -1, and whether it is an object.
    private var container = -1
    private var inObject = false
    /// Values on the tape, as of the end of `parse`; 0 where it threw.
    private var count = 0

    /// Lays the tape of `text` in `tape`. What is in it is forgotten, its room is used again; behind the last value lies unused
    /// room.
    static func index(
        _ text: UnsafeBufferPointer<UInt8>, maximumDepth: Int, into tape: inout ContiguousArray<TapeEntry>
    ) throws(JSONError) {
        guard let base = text.baseAddress, text.count > 0 else { throw JSONError(.unexpectedEnd, at: 0) }
        if text.count > Int(Int32.max) { throw JSONError(.tooLarge, at: Int(Int32.max)) }
        var parser = JSONParser(text: JSONScanner(base: base, end: text.count), maximumDepth: maximumDepth)
        let guess = min(text.count / 16 + 16, 512)
        if tape.isEmpty {
            // Written from its start on, so its room need not be filled with anything before.
            var outcome = Result<Outcome, JSONError>.success(.complete)
            tape = ContiguousArray(unsafeUninitializedCapacity: guess) { room, filled in
                outcome = Result { () throws(JSONError) in try parser.parse(room) }
                filled = parser.count
            }
            if try outcome.get() == .complete { return }
            grow(&tape, by: guess)
        }
        while try tape.withUnsafeMutableBufferPointer({ (room) throws(JSONError) in try parser.parse(room) }) == .tapeIsFull {
            grow(&tape, by: max(tape.count, guess))
        }
    }

    private static func grow(_ tape: inout ContiguousArray<TapeEntry>, by count: Int) {
        tape = ContiguousArray(unsafeUninitializedCapacity: tape.count + count) { room, filled in
            let rest = room[room.initialize(fromContentsOf: tape)...]
            UnsafeMutableBufferPointer(rebasing: rest).initialize(repeating: .unused)
            filled = room.count
        }
    }

    private init(text: JSONScanner, maximumDepth: Int) {
        self.text = text
        self.maximumDepth = maximumDepth
    }

    private enum Outcome { case complete, tapeIsFull }

    /// Each round reads one member or element and all that lies before the next one; it needs room for a key and a value. Where
    /// there is none, the next call goes on with a longer tape.
    ///
    /// One function over local variables, because this loop is what reading costs: they stay in registers.
    private mutating func parse(_ room: UnsafeMutableBufferPointer<TapeEntry>) throws(JSONError) -> Outcome {
        guard let tape = room.baseAddress else { return .tapeIsFull }
        let text = self.text
        var (position, depth, container, inObject, count) = (position, depth, container, inObject, count)
        while count &+ 2 <= room.count {
            position = text.behindSpace(position)
            if inObject {
                let start = position
                if text[start] != UInt8(ascii: "\"") { throw text.unexpected(at: start) }
                let key = try text.string(at: start)
                tape[count] = TapeEntry(.string, start, key.end, next: count &+ 1, escaped: key.escaped)
                count &+= 1
                position = text.behindSpace(key.end)
                if text[position] != UInt8(ascii: ":") { throw text.unexpected(at: position) }
                position = text.behindSpace(position &+ 1)
            }
            let start = position
            switch text[start] {
            case UInt8(ascii: "\""):
                let string = try text.string(at: start)
                position = string.end
                tape[count] = TapeEntry(.string, start, position, next: count &+ 1, escaped: string.escaped)
                count &+= 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == maximumDepth { throw JSONError(.tooDeep, at: start) }
                depth &+= 1
                inObject = text[start] == UInt8(ascii: "{")
                tape[count] = TapeEntry(inObject ? .object : .array, start, 0, next: container)
                container = count
                count &+= 1
                position = text.behindSpace(start &+ 1)
                if text[position] != (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { continue }
            default:
                let scalar = try text.numberOrLiteral(at: start)
                position = scalar.end
                tape[count] = TapeEntry(scalar.kind, start, position, next: count &+ 1)
                count &+= 1
            }
            // What follows a value: the ends of its containers, then a comma or the end of the text.
            while true {
                position = text.behindSpace(position)
                if container < 0 {
                    if position < text.end { throw JSONError(.trailingBytes, at: position) }
                    self.count = count
                    return .complete
                }
                let byte = text[position]
                position &+= 1
                if byte == UInt8(ascii: ",") { break }
                if byte != (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { throw text.unexpected(at: position &- 1) }
                depth &-= 1
                let closed = tape + container
                container = Int(closed.pointee.next)
                closed.pointee.close(at: position, next: count)
                inObject = container >= 0 && tape[container].kind == .object
            }
        }
        (self.position, self.depth, self.container, self.inObject, self.count) = (position, depth, container, inObject, count)
        return .tapeIsFull
    }
}
