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

/// Called on the reactor's thread when a descriptor is ready.
package protocol ReadinessHandler: AnyObject {
    func descriptorReady(_ readiness: Readiness)
}

/// A descriptor's place in a reactor. It carries the generation of its slot: an event or a call that is older than the slot's
/// present
/// owner reaches nobody, even where the kernel has already given the same descriptor number to someone else.
package struct Registration: Sendable, Hashable {
    let slot: UInt32
    let generation: UInt32
    var tag: UInt64 { UInt64(slot) | UInt64(generation) << 32 }
    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }
    init(tag: UInt64) {
        slot = UInt32(truncatingIfNeeded: tag)
        generation = UInt32(truncatingIfNeeded: tag >> 32)
    }
}

/// Who owns which registration.
struct RegistrationTable {
    private struct Slot {
        var generation: UInt32 = 0
        var descriptor: Int32 = -1
        var handler: (any ReadinessHandler)?
    }
    private var slots: [Slot] = []
    private var free: [UInt32] = []

    mutating func insert(_ descriptor: Int32, _ handler: any ReadinessHandler) -> Registration {
        let index: UInt32
        if let reused = free.popLast() {
            index = reused
        } else {
            index = UInt32(slots.count)
            slots.append(Slot())
        }
        slots[Int(index)].generation &+= 1
        slots[Int(index)].descriptor = descriptor
        slots[Int(index)].handler = handler
        return Registration(slot: index, generation: slots[Int(index)].generation)
    }

    /// The handler, unless the registration has ended meanwhile.
    func handler(_ registration: Registration) -> (any ReadinessHandler)? {
        guard let slot = current(registration) else { return nil }
        return slot.handler
    }

    func descriptor(_ registration: Registration) -> Int32? { current(registration)?.descriptor }

    /// Ends the registration; true if it was still there.
    mutating func remove(_ registration: Registration) -> Bool {
        guard current(registration) != nil else { return false }
        slots[Int(registration.slot)].generation &+= 1
        slots[Int(registration.slot)].handler = nil
        slots[Int(registration.slot)].descriptor = -1
        free.append(registration.slot)
        return true
    }

    private func current(_ registration: Registration) -> Slot? {
        let index = Int(registration.slot)
        guard index < slots.count, slots[index].generation == registration.generation, slots[index].handler != nil
        else { return nil }
        return slots[index]
    }
}
