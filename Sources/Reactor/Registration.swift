// SPDX-License-Identifier: Apache-2.0
import CLinux

/// What a descriptor is ready for, or is wanted for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The other side has gone (both directions), or the descriptor failed. Always reported, never asked for.
    package static let hangUp = Readiness(rawValue: EPOLLHUP.rawValue)
    package static let failure = Readiness(rawValue: EPOLLERR.rawValue)
    /// The other side shut down its writing half.
    package static let readHangUp = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Wakes only one of the reactors that wait on the same listener.
    package static let exclusive = Readiness(rawValue: EPOLLEXCLUSIVE.rawValue)
}

/// Combinations under a name: a set literal in another module is put together at run time, element by element.
extension Readiness {
    package static let none: Readiness = []
    /// Bytes, or the end of them.
    package static let input = Readiness(rawValue: EPOLLIN.rawValue | EPOLLRDHUP.rawValue)
    package var hasInput: Bool { rawValue & Readiness.input.rawValue != 0 }
    package var isGone: Bool { rawValue & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
    package var isWritable: Bool { rawValue & EPOLLOUT.rawValue != 0 }
}

/// Called on the reactor's thread when a descriptor is ready.
package protocol ReadinessHandler: AnyObject {
    func descriptorReady(_ readiness: Readiness)
}

/// A descriptor's place in a reactor. It carries a generation: an event or a call that is older than the descriptor number's
/// present owner reaches nobody, even where the kernel has given the number away within the same batch of events.
package struct Registration: Sendable, Hashable {
    let descriptor: Int32
    let generation: UInt32
    var tag: UInt64 { UInt64(UInt32(bitPattern: descriptor)) | UInt64(generation) << 32 }
    init(descriptor: Int32, generation: UInt32) {
        self.descriptor = descriptor
        self.generation = generation
    }
    init(tag: UInt64) {
        descriptor = Int32(truncatingIfNeeded: tag)
        generation = UInt32(truncatingIfNeeded: tag >> 32)
    }
}

/// Who owns which descriptor number, and since when.
struct RegistrationTable {
    private struct Slot {
        var generation: UInt32 = 0
        var handler: (any ReadinessHandler)?
    }
    /// Indexed by descriptor number: the kernel hands out the lowest that is free, so the table is as long as it must be.
    private var slots: [Slot] = []

    /// What a descriptor's next registration will be; it counts once `insert` is called.
    func next(_ descriptor: Int32) -> Registration {
        let index = Int(descriptor)
        let generation = slots.indices.contains(index) ? slots[index].generation : 0
        return Registration(descriptor: descriptor, generation: generation &+ 1)
    }

    mutating func insert(_ registration: Registration, _ handler: any ReadinessHandler) {
        let index = Int(registration.descriptor)
        while slots.count <= index { slots.append(Slot()) }
        slots[index] = Slot(generation: registration.generation, handler: handler)
    }

    /// The handler, unless the registration has ended meanwhile.
    func handler(_ registration: Registration) -> (any ReadinessHandler)? {
        let index = Int(registration.descriptor)
        guard slots.indices.contains(index), slots[index].generation == registration.generation else { return nil }
        return slots[index].handler
    }

    /// Ends the registration; true if it was still there.
    mutating func remove(_ registration: Registration) -> Bool {
        guard handler(registration) != nil else { return false }
        slots[Int(registration.descriptor)] = Slot(generation: registration.generation)
        return true
    }
}
