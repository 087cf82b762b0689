// SPDX-License-Identifier: Apache-2.0

extension VectorIndex {
    /// A place that goes round through all entries of all partitions.
    struct Hand {
        var partition = 0
        var place = 0

        /// - Parameter partitions: At least one of them has an entry, as all that are there have.
        /// - Returns: The entry at the hand, or the next one.
        fileprivate mutating func look(at partitions: [VectorPartition?]) -> Sight {
            while true {
                if partition >= partitions.count { self = Hand() }
                if let held = partitions[partition], place < held.count {
                    return Sight(partition: held, number: partition, place: place)
                }
                self = Hand(partition: partition + 1)
            }
        }
    }

    /// What a hand points at.
    fileprivate struct Sight {
        let partition: VectorPartition
        let number: Int
        let place: Int

        var segment: (VectorSegment, Int) { partition.locate(place) }
        var key: CacheKey { partition.key(at: place) }
        var location: KeyTable.Location { KeyTable.Location(partition: UInt32(number), place: UInt32(place)) }
    }

    /// Entries that one eviction lets pass at most: then the next one goes, used or not, so that none takes long.
    private static let passesMax = 128

    /// Takes out the entry that the hand comes to and that nobody used since it last came by: an approximation of the least
    /// recently used one, without a list. An expired one goes at once.
    /// - Returns: Its key; nil when there is none.
    mutating func evict(now: Int) -> CacheKey? {
        var passes = 0
        while count > 0 {
            let sight = hand.look(at: partitions)
            let (segment, place) = sight.segment
            if segment.marks[place], segment.expiries[place] > now, passes < Self.passesMax {
                segment.marks[place] = false
                passes += 1
                hand.place += 1
                continue
            }
            let key = sight.key
            remove(at: sight.location, key, isTight: true)
            // The last one, perhaps the newest, has filled the hole: it has a round's time.
            hand.place += 1
            return key
        }
        return nil
    }

    /// Takes out expired entries among the next `looks`; called again and again, it comes to all.
    package mutating func removeExpired(now: Int, looks: Int) -> [CacheKey] {
        var expired: [CacheKey] = []
        for _ in 0..<min(looks, count) {
            if count == 0 { break }
            let sight = sweeper.look(at: partitions)
            let (segment, place) = sight.segment
            if segment.expiries[place] <= now {
                expired.append(sight.key)
                remove(at: sight.location, sight.key, isTight: false)
            } else {
                sweeper.place += 1
            }
        }
        return expired
    }
}
