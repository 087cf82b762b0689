// SPDX-License-Identifier: Apache-2.0

/// The answers that are at hand, within so many bytes.
///
/// What comes in stands in a small window first. What leaves the window stays only if it was asked for more often of late than
/// what would have to go for it, so that a scan of questions which nobody asks again drives nothing out (W-TinyLFU). What stays
/// is on probation until it is hit, and protected then, up to four fifths of the room.
///
/// All is O(1) but what removes several; a look-up allocates nothing.
package struct MemoryTier {
    private var slots: [Slot] = []
    private var places: [CacheKey: Int32] = [:]
    private var sketch: FrequencySketch
    private var lists = SlotLists()
    private let bounds: (all: Int, window: Int, protected: Int)
    /// What was thrown out to make room, and what was refused for it.
    package private(set) var evicted = 0

    /// - Parameter byteLimit: of all that the answers and their places take; 0 keeps nothing. Counting how often each is asked
    ///   for takes one part in 256 of it besides.
    package init(byteLimit: Int) {
        let limit = max(0, byteLimit)
        let window = max(limit / 100, min(limit / 8, 65_536))
        bounds = (limit, window, (limit - window) / 5 * 4)
        sketch = FrequencySketch(entries: min(limit / 2048, 1 << 20))
    }

    package var count: Int { places.count }
    package var bytes: Int { lists.window.bytes + lists.probation.bytes + lists.protected.bytes }

    /// The answer, if it has not expired.
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - maxAge: in milliseconds; an older answer is none for this caller, and stays for others.
    package mutating func lookup(_ key: CacheKey, now: Int, maxAge: Int? = nil) -> CachedAnswer? {
        sketch.count(key)
        guard let place = places[key], let answer = slots[Int(place)].answer else { return nil }
        if answer.expiresAtMilliseconds <= now {
            drop(place)
            return nil
        }
        if let maxAge, now - answer.storedAtMilliseconds > maxAge { return nil }
        touch(place)
        return answer
    }

    /// Puts an answer in the place of what its key had. It may be let go at once.
    package mutating func insert(_ answer: CachedAnswer) {
        if let place = places[answer.key] { drop(place) }
        let size = Self.size(of: answer)
        guard size <= bounds.all / 8 else {
            evicted += 1
            return
        }
        sketch.count(answer.key)
        let place = freeSlot()
        slots[Int(place)].answer = answer
        slots[Int(place)].bytes = size
        places[answer.key] = place
        lists.push(place, on: .window, &slots)
        while lists.window.bytes > bounds.window, let candidate = lists.window.last { admit(candidate) }
    }

    package mutating func remove(_ key: CacheKey) {
        if let place = places[key] { drop(place) }
    }

    package mutating func removeAll(_ keys: some Sequence<CacheKey>) {
        for key in keys { remove(key) }
    }

    package mutating func removeAll(where isMeant: (CachedAnswer) -> Bool) {
        for slot in slots {
            if let answer = slot.answer, isMeant(answer) { remove(answer.key) }
        }
    }

    package mutating func removeAll() {
        slots = []
        places = [:]
        lists = SlotLists()
    }

    /// What an answer takes: its bytes and texts, the objects around them, and its places here.
    package static func size(of answer: CachedAnswer) -> Int {
        let texts = [answer.scope, answer.namespace ?? "", answer.provider, answer.responseModel ?? "", answer.traceID]
        // Texts of up to 15 bytes lie in the object itself.
        let outside = texts.reduce(0) { $0 + ($1.utf8.count > 15 ? $1.utf8.count + 32 : 0) }
        return answer.body.count + outside + overhead
    }

    /// The object, its array's head, a slot, and a place in a hash table that is between three and six eighths full.
    private static let overhead = 384 + 32 + MemoryLayout<Slot>.stride + 96

    // MARK: Who stays

    private mutating func touch(_ place: Int32) {
        switch slots[Int(place)].list {
        case .window, .protected: lists.moveToFront(place, &slots)
        case .probation:
            lists.remove(place, &slots)
            lists.push(place, on: .protected, &slots)
            while lists.protected.bytes > bounds.protected, let last = lists.protected.last {
                lists.remove(last, &slots)
                lists.push(last, on: .probation, &slots)
            }
        case .free: break
        }
    }

    /// Moves what leaves the window among those that stay, in the place of some that are asked for less often, or lets it go.
    private mutating func admit(_ candidate: Int32) {
        lists.remove(candidate, &slots)
        let room = bounds.all - bounds.window
        let size = slots[Int(candidate)].bytes
        var missing = lists.probation.bytes + lists.protected.bytes + size - room
        var victim = lists.probation.last ?? lists.protected.last
        var allowance = missing > 0 ? slots[Int(candidate)].answer.map { sketch.frequency($0.key) } ?? 0 : 0
        // Sums up what would go, before anything does. The allowance is 15 at most, and each victim takes at least one.
        while missing > 0, let place = victim, let answer = slots[Int(place)].answer {
            allowance -= max(1, sketch.frequency(answer.key))
            if allowance < 0 { break }
            missing -= slots[Int(place)].bytes
            victim = lists.before(place, slots) ?? (slots[Int(place)].list == .probation ? lists.protected.last : nil)
        }
        lists.push(candidate, on: .probation, &slots)
        guard missing <= 0 else { return evict(candidate) }
        while lists.probation.bytes + lists.protected.bytes > room {
            guard let place = lists.probation.last, place != candidate else {
                guard let place = lists.protected.last else { return }
                evict(place)
                continue
            }
            evict(place)
        }
    }

    private mutating func evict(_ place: Int32) {
        evicted += 1
        drop(place)
    }

    // MARK: Slots

    private mutating func freeSlot() -> Int32 {
        if let place = lists.free {
            lists.free = slots[Int(place)].next
            return place
        }
        slots.append(Slot())
        return Int32(truncatingIfNeeded: slots.count - 1)
    }

    private mutating func drop(_ place: Int32) {
        guard let answer = slots[Int(place)].answer else { return }
        places[answer.key] = nil
        lists.remove(place, &slots)
        slots[Int(place)] = Slot()
        slots[Int(place)].next = lists.free
        lists.free = place
    }
}
