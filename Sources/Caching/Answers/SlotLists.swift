// SPDX-License-Identifier: Apache-2.0

/// A place for one answer of the memory tier.
struct Slot {
    enum List { case free, window, probation, protected }
    var answer: CachedAnswer?
    var bytes = 0
    var list = List.free
    /// Its neighbours on the list, used more recently and less.
    var previous: Int32?
    var next: Int32?
}

/// The orders by last use, as links from slot to slot.
struct SlotLists {
    struct Ends {
        var first: Int32?
        var last: Int32?
        var bytes = 0
    }
    var window = Ends()
    var probation = Ends()
    var protected = Ends()
    /// The first slot that holds nothing.
    var free: Int32?

    func before(_ place: Int32, _ slots: [Slot]) -> Int32? { slots[Int(place)].previous }

    mutating func push(_ place: Int32, on list: Slot.List, _ slots: inout [Slot]) {
        let first = self[list].first
        slots[Int(place)].list = list
        slots[Int(place)].previous = nil
        slots[Int(place)].next = first
        if let first { slots[Int(first)].previous = place } else { self[list].last = place }
        self[list].first = place
        self[list].bytes += slots[Int(place)].bytes
    }

    mutating func remove(_ place: Int32, _ slots: inout [Slot]) {
        let slot = slots[Int(place)]
        if slot.list == .free { return }
        if let previous = slot.previous { slots[Int(previous)].next = slot.next } else { self[slot.list].first = slot.next }
        if let next = slot.next { slots[Int(next)].previous = slot.previous } else { self[slot.list].last = slot.previous }
        self[slot.list].bytes -= slot.bytes
        slots[Int(place)].list = .free
        slots[Int(place)].previous = nil
        slots[Int(place)].next = nil
    }

    mutating func moveToFront(_ place: Int32, _ slots: inout [Slot]) {
        let list = slots[Int(place)].list
        if self[list].first == place { return }
        remove(place, &slots)
        push(place, on: list, &slots)
    }

    private subscript(list: Slot.List) -> Ends {
        get {
            switch list {
            case .window: window
            case .probation: probation
            case .protected, .free: protected
            }
        }
        set {
            switch list {
            case .window: window = newValue
            case .probation: probation = newValue
            case .protected: protected = newValue
            case .free: break
            }
        }
    }
}
