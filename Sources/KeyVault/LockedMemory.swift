// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Memory for keys: kept out of swap (`mlock`, where the limit allows) and out of core dumps, cut into slots of one key each.
///
/// It says nothing of the copies that a cipher makes while it works; those live on the heap for one operation.
// Sendable is sound: pages are only added, never given back; a slot has one owner, and the list of slots is locked.
final class LockedMemory: Sendable {
    static let slotSize = 32
    static let shared = LockedMemory()

    private struct Slots: ~Copyable {
        var free: [UInt] = []
        var allPagesLocked = true
    }
    private let slots = Mutex(Slots())

    /// False when a page could not be locked: the limit on locked memory (`RLIMIT_MEMLOCK`) is too low.
    var isLocked: Bool { slots.withLock { $0.allPagesLocked } }

    fileprivate func take() -> UnsafeMutableRawPointer? {
        let address = slots.withLock { slots -> UInt? in
            if slots.free.isEmpty { Self.addPage(&slots) }
            return slots.free.popLast()
        }
        return address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
    }

    fileprivate func giveBack(_ slot: UnsafeMutableRawPointer) {
        explicit_bzero(slot, Self.slotSize)
        slots.withLock { $0.free.append(UInt(bitPattern: slot)) }
    }

    private static func addPage(_ slots: inout Slots) {
        let size = 4096
        guard let page = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), page != MAP_FAILED else {
            return
        }
        if mlock(page, size) != 0 { slots.allPagesLocked = false }
        _ = madvise(page, size, MADV_DONTDUMP)
        // From the highest down, so that they are handed out from the lowest up.
        for offset in stride(from: size - slotSize, through: 0, by: -slotSize) {
            slots.free.append(UInt(bitPattern: page) + UInt(offset))
        }
    }
}

/// 32 bytes of key in locked memory, overwritten when the last reference goes.
// Sendable is sound: the bytes are written in `init` only, and read until `deinit`, which has the last reference.
final class LockedKey: @unchecked Sendable {
    static let size = LockedMemory.slotSize
    private let slot: UnsafeMutableRawPointer

    /// Fills a new key in place; nil when there is no memory, or `fill` says that it could not.
    init?(fill: (UnsafeMutableRawBufferPointer) -> Bool) {
        guard let slot = LockedMemory.shared.take() else { return nil }
        self.slot = slot
        if !fill(UnsafeMutableRawBufferPointer(start: slot, count: Self.size)) { return nil }
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: slot, count: Self.size) }

    deinit { LockedMemory.shared.giveBack(slot) }
}

extension LockedKey: CustomStringConvertible, CustomReflectable {
    var description: String { "<key>" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
