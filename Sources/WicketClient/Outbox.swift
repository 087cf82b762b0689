// SPDX-License-Identifier: Apache-2.0

/// Lines that wait to be written, in order. Whoever adds one while nobody writes becomes the writer and goes on until all is out,
/// so no lock is held across a write and no thread is needed for it.
struct Outbox {
    private var waiting: [[UInt8]] = []
    private var isBeingWritten = false

    /// - Returns: whether the caller has to write now.
    mutating func add(_ line: [UInt8]) -> Bool {
        waiting.append(line)
        if isBeingWritten { return false }
        isBeingWritten = true
        return true
    }

    /// What the writer writes next, or nil: it is the writer no longer.
    mutating func next() -> [UInt8]? {
        guard !waiting.isEmpty else {
            isBeingWritten = false
            return nil
        }
        defer { waiting.removeAll(keepingCapacity: true) }
        return waiting.count == 1 ? waiting[0] : Array(waiting.joined())
    }
}
