// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Users and groups as the machine knows them. A directory service may take its time to answer.
enum Accounts {
    /// Who a user is to the kernel after a login.
    struct User {
        var name: String
        var uid: UInt32
        var gid: UInt32
    }

    static func userID(named name: String) -> UInt32? { user(named: name)?.uid }

    static func user(named name: String) -> User? {
        look { (entry: inout passwd, room, size, found) in getpwnam_r(name, &entry, room, size, &found) } read: { user($0) }
    }

    static func user(id: UInt32) -> User? {
        look { (entry: inout passwd, room, size, found) in getpwuid_r(id, &entry, room, size, &found) } read: { user($0) }
    }

    static func groupID(named name: String) -> UInt32? {
        look { (entry: inout group, room, size, found) in getgrnam_r(name, &entry, room, size, &found) } read: { $0.gr_gid }
    }

    /// All groups of a user, its own first.
    static func groups(of user: User) -> [UInt32] {
        var ids = [gid_t](repeating: 0, count: 256)
        var count = Int32(ids.count)
        if getgrouplist(user.name, user.gid, &ids, &count) < 0 {
            ids = [gid_t](repeating: 0, count: Int(max(count, 1)))
            guard getgrouplist(user.name, user.gid, &ids, &count) >= 0 else { return [user.gid] }
        }
        return Array(ids.prefix(Int(count)))
    }

    private static func user(_ entry: passwd) -> User {
        User(name: entry.pw_name.map { String(cString: $0) } ?? "", uid: entry.pw_uid, gid: entry.pw_gid)
    }

    /// Gives the look-up more room until the entry fits; a group may have thousands of members.
    private static func look<Entry: BitwiseCopyable, Value>(
        _ find: (inout Entry, UnsafeMutablePointer<CChar>, Int, inout UnsafeMutablePointer<Entry>?) -> Int32,
        read: (Entry) -> Value
    ) -> Value? {
        var size = 16_384
        while size <= 1 << 22 {
            let entry = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
            let room = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer {
                entry.deallocate()
                room.deallocate()
            }
            var found: UnsafeMutablePointer<Entry>?
            let status = find(&entry.pointee, room, size, &found)
            if status == ERANGE {
                size *= 4
                continue
            }
            return status == 0 && found != nil ? read(entry.pointee) : nil
        }
        return nil
    }
}
