// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What the process takes, in bytes, as the kernel counts it.
package struct ProcessMemory: Sendable {
    package var resident: Int
    package var virtual: Int

    /// As of now, or nil where the kernel does not say.
    package init?() {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        defer { close(descriptor) }
        var room = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &room, room.count)
        if count <= 0 { return nil }
        let pages = room[..<count].split(separator: UInt8(ascii: " ")).prefix(2)
            .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        if pages.count < 2 { return nil }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        virtual = pages[0] * page
        resident = pages[1] * page
    }
}
