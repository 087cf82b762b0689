// SPDX-License-Identifier: Apache-2.0
import CLinux
package import GatewayModel
import Glibc
import Synchronization

/// Memory for keys, cut into pieces: kept out of swap and dumps, and where the kernel has it (`memfd_secret`) out of reach of
/// every other process and of the kernel's own interfaces. Decision 0014.
// Sendable is sound: a piece has one owner, and the lists of free ones are locked.
package final class LockedMemory: Sendable {
    /// How far it protects, as `vault.status` names it.
    package enum Protection: String, Sendable {
        case secret = "memfd_secret"
        case locked = "mlock"
        /// The limit on locked memory (`RLIMIT_MEMLOCK`) is too low: keys may reach the swap.
        case unlocked = "unlocked"
    }

    package static let shared = LockedMemory()
    private static let page = 4096
    /// Pages are asked for in groups: each group is a mapping of its own.
    private static let pagesAtOnce = 4
    private static let smallest = 32

    private struct Pieces: ~Copyable {
        /// By size: of 32 bytes, 64, and so on up to a page.
        var free: [[UInt]] = Array(repeating: [], count: 8)
        var worst = WICKET_MEMORY_SECRET
    }
    private let pieces = Mutex(Pieces())

    package init() {}

    /// What holds for all of it. Asks for the first pages when none is there yet.
    package var protection: Protection {
        if let piece = take(1) { giveBack(piece) }
        switch pieces.withLock({ $0.worst }) {
        case WICKET_MEMORY_SECRET: return .secret
        case WICKET_MEMORY_LOCKED: return .locked
        default: return .unlocked
        }
    }

    /// A piece of zeroes, which must be given back; nil when there is no memory.
    package func take(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        let address = pieces.withLock { pieces -> UInt? in
            guard let index = Self.list(for: count) else { return Self.pages(Self.wholePages(count), &pieces.worst) }
            if pieces.free[index].isEmpty { Self.cut(pieces: &pieces, index) }
            return pieces.free[index].popLast()
        }
        guard let address, let start = UnsafeMutableRawPointer(bitPattern: address) else { return nil }
        return UnsafeMutableRawBufferPointer(start: start, count: count)
    }

    /// Overwrites a piece, as it was taken, and takes it back.
    package func giveBack(_ piece: UnsafeMutableRawBufferPointer) {
        guard let start = piece.baseAddress else { return }
        explicit_bzero(start, piece.count)
        guard let index = Self.list(for: piece.count) else {
            munmap(start, Self.wholePages(piece.count))
            return
        }
        pieces.withLock { $0.free[index].append(UInt(bitPattern: start)) }
    }

    /// Which list has the pieces that `count` bytes fit into; nil for what has pages of its own.
    private static func list(for count: Int) -> Int? {
        var (index, size) = (0, smallest)
        while size < count {
            if size == page { return nil }
            (index, size) = (index + 1, size * 2)
        }
        return index
    }

    private static func wholePages(_ count: Int) -> Int { (count + page - 1) / page * page }

    private static func pages(_ size: Int, _ worst: inout Int) -> UInt? {
        var protection: Int32 = 0
        guard let pages = wicket_protected_memory(size, &protection) else { return nil }
        worst = max(worst, Int(protection))
        return UInt(bitPattern: pages)
    }

    private static func cut(pieces: inout Pieces, _ index: Int) {
        let last = pieces.free.count - 1
        if index < last {
            if pieces.free[last].isEmpty { cut(pieces: &pieces, last) }
            guard let start = pieces.free[last].popLast() else { return }
            // From the highest down, so that they are handed out from the lowest up.
            let size = smallest << index
            for offset in stride(from: page - size, through: 0, by: -size) { pieces.free[index].append(start + UInt(offset)) }
        } else {
            guard let start = pages(page * pagesAtOnce, &pieces.worst) else { return }
            for number in (0..<pagesAtOnce).reversed() { pieces.free[index].append(start + UInt(number * page)) }
        }
    }
}

/// 32 bytes of key in protected memory, overwritten when the last reference goes.
// Sendable is sound: the bytes are written in `init` only, and read until `deinit`, which has the last reference.
final class LockedKey: @unchecked Sendable {
    static let size = 32
    private let piece: UnsafeMutableRawBufferPointer

    /// Fills a new key in place; nil when there is no memory, or `fill` says that it could not.
    init?(fill: (UnsafeMutableRawBufferPointer) -> Bool) {
        guard let piece = LockedMemory.shared.take(Self.size) else { return nil }
        self.piece = piece
        if !fill(piece) { return nil }
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(piece) }

    deinit { LockedMemory.shared.giveBack(piece) }
}

extension LockedKey: CustomStringConvertible, CustomReflectable {
    var description: String { "<key>" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SecretBytes {
    /// Fills a new secret in protected memory; nil when there is none. `initialize` returns how many bytes it wrote.
    package static func locked(
        capacity: Int, initialize: (UnsafeMutableRawBufferPointer) -> Int
    ) -> SecretBytes? {
        guard let piece = LockedMemory.shared.take(capacity) else { return nil }
        let used = min(initialize(piece), capacity)
        return SecretBytes(adopting: UnsafeMutableRawBufferPointer(rebasing: piece[..<used])) { _ in
            LockedMemory.shared.giveBack(piece)
        }
    }
}
