// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A provider key in plain text. It cannot be printed, encoded, compared or interpolated; it is read for one purpose, signing a
/// request. A caller's own lives no longer than that; the vault's lie in memory that it lends (`adopting`).
///
/// Its buffer is overwritten when the last reference goes. That bounds how long *this* copy lives; it claims nothing about copies
/// that a library made of it.
// Sendable is sound: the buffer is written once, in `init`, and only read until `deinit`, which has the last reference.
package final class SecretBytes: @unchecked Sendable {
    private let storage: UnsafeMutableRawBufferPointer
    private let release: (UnsafeMutableRawBufferPointer) -> Void

    /// - Parameter release: is given the overwritten storage when the last reference goes, on whichever thread that is.
    package init(
        adopting storage: UnsafeMutableRawBufferPointer, release: @escaping (UnsafeMutableRawBufferPointer) -> Void
    ) {
        self.storage = storage
        self.release = release
    }

    package init(copying bytes: UnsafeRawBufferPointer) {
        storage = .allocate(byteCount: bytes.count, alignment: 1)
        storage.copyMemory(from: bytes)
        release = { $0.deallocate() }
    }

    /// Fills a new secret in place, so that no other copy is made. `initialize` returns how many bytes it wrote.
    package init(capacity: Int, initialize: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 1)
        do {
            let used = try initialize(room)
            storage = UnsafeMutableRawBufferPointer(rebasing: room[0..<min(used, capacity)])
            release = { $0.deallocate() }
        } catch {
            room.deallocate()
            throw error
        }
    }

    package var count: Int { storage.count }

    /// Gives the bytes to `body` and to nobody else; they must not be kept.
    package func withExposedBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }

    deinit {
        if let base = storage.baseAddress { explicit_bzero(base, storage.count) }
        release(storage)
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    /// No children: `dump`, and interpolation of a type that contains one, show nothing either.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
