// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A process, as the kernel told of it when it connected: who called, or who did something.
package struct ProcessDescription: Sendable {
    package var pid: Int
    package var uid: Int
    package var gid: Int
    package var executable: String?
    package var unit: String?

    package init(pid: Int, uid: Int, gid: Int, executable: String? = nil, unit: String? = nil) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
        self.executable = executable
        self.unit = unit
    }

    /// Its members, into an object that has been begun.
    func writeMembers(to json: inout JSONWriter) {
        json.key("pid"); json.int(pid)
        json.key("uid"); json.int(uid)
        json.key("gid"); json.int(gid)
        json.key("executable"); json.string(orNull: executable)
        json.key("unit"); json.string(orNull: unit)
    }
}
