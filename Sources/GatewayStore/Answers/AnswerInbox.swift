// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayEngine

/// What waits for the cache's writer, and what is known of the file.
struct AnswerInbox {
    private(set) var changes: [AnswerChange] = []
    private var bytes = 0
    /// How many removals of a key are not on the disk yet: until then it is not found there.
    private var removals: [CacheKey: Int] = [:]
    /// What was asked with answers that are not on the disk yet: whoever means the same a moment later finds it here.
    private var fresh: [CacheKey: FreshPrompt] = [:]
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
        switch change {
        case .remove(let key): removals[key, default: 0] += 1
        case .store(let answer, let prompt):
            let waiting = (fresh[answer.key]?.waiting ?? 0) + 1
            fresh[answer.key] = FreshPrompt(
                text: prompt?.text, learned: prompt?.learned ?? LearnedThreshold(), waiting: waiting)
        case .learn(let key, let learned): fresh[key]?.learned = learned
        default: break
        }
        changes.append(change)
        bytes += size
        return true
    }

    /// The newest that waits for the disk under a key; nil where the disk has it, or nobody.
    func freshPrompt(_ key: CacheKey) -> FreshPrompt? { fresh[key] }

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

    /// These are on the disk, or lost.
    mutating func settle(_ done: [AnswerChange]) {
        for change in done {
            switch change {
            case .remove(let key):
                let left = (removals[key] ?? 1) - 1
                removals[key] = left > 0 ? left : nil
            case .store(let answer, _):
                let left = (fresh[answer.key]?.waiting ?? 1) - 1
                if left > 0 { fresh[answer.key]?.waiting = left } else { fresh[answer.key] = nil }
            default: break
            }
        }
    }
}

struct FreshPrompt {
    /// nil: the newest answer has no question that others may be compared with.
    var text: String?
    var learned: LearnedThreshold
    /// Answers of this key that are not on the disk yet.
    var waiting: Int
}
