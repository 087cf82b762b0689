// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What the system calls a user, or nil where it has no such user. May read files: for administration only.
func userName(_ uid: UInt32) -> String? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { room in
        guard let start = room.baseAddress, getpwuid_r(uid, &entry, start, room.count, &found) == 0, found != nil,
            let name = entry.pw_name
        else { return nil }
        return String(cString: name)
    }
}
