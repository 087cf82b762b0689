// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayEngine

/// What waits for the cache's writer, and what is known of the file.
struct AnswerInbox {
    private(set) var changes: [AnswerChange] = []
    private var bytes = 0
    /// How many removals of a key are not on the disk yet: until then it is not found there.
    private var removals: [CacheKey: Int] = [:]
    /// Rows that were hit, and when in seconds; written with whatever comes next.
    private(set) var uses: [Int: Int] = [:]
    /// A file that was found damaged: its generation.
    var damagedGeneration: Int?
    var isWriterAsleep = false
    var isClosing = false
    var atEnd: (@Sendable () -> Void)?
    var dropped = 0
    var damaged = 0
    var trouble: String?

    /// - Returns: whether it was taken.
    mutating func add(_ change: AnswerChange, _ options: AnswerStoreOptions) -> Bool {
        if isClosing { return false }
        let size = change.bytes
        if change.isDroppable {
            // One that takes an eighth of all room would drive out what is worth more together.
            let isTooLarge = size > options.diskBytes / 8
            if isTooLarge || changes.count >= options.queueLimit || bytes + size > options.queueBytes {
                dropped += 1
                return false
            }
        }
        if case .remove(let key) = change { removals[key, default: 0] += 1 }
        changes.append(change)
        bytes += size
        return true
    }

    func isRemoved(_ key: CacheKey) -> Bool { removals[key] != nil }

    /// More rows than these are not told from those that nobody uses, for as long as nothing is written.
    mutating func use(_ id: Int, atSeconds now: Int) {
        if uses.count < 4096 || uses[id] != nil { uses[id] = now }
    }

    mutating func take() -> (changes: [AnswerChange], uses: [Int: Int]) {
        defer { (changes, bytes, uses) = ([], 0, [:]) }
        return (changes, uses)
    }

    /// Puts back what a failed group is not to lose, before what has come since.
    mutating func putBack(_ kept: [AnswerChange]) {
        changes = kept + changes
        bytes += kept.reduce(0) { $0 + $1.bytes }
    }

    mutating func settle(_ done: [AnswerChange]) {
        for case .remove(let key) in done {
            let left = (removals[key] ?? 1) - 1
            removals[key] = left > 0 ? left : nil
        }
    }
}
