// SPDX-License-Identifier: Apache-2.0

/// A process's place in the control group hierarchy, from its `/proc/PID/cgroup`. systemd gives each unit a group of its own.
struct ControlGroup {
    /// From the root of the hierarchy on: `/system.slice/backup.service`.
    let path: String

    /// - Returns: nil when the text names no group, or the root, which is nobody's.
    init?(_ text: String) {
        // Version 2 has one line `0::PATH`; on version 1 the line of `name=systemd` says the same.
        let lines = text.split(separator: "\n")
        let line = lines.first { $0.hasPrefix("0::") && $0 != "0::/" } ?? lines.first { $0.contains(":name=systemd:") }
        guard let path = line?.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last, path.hasPrefix("/"),
            path != "/"
        else { return nil }
        self.path = String(path)
    }

    /// The systemd unit, or nil: the first below the slices, since what is below a unit that was delegated is named by whoever
    /// runs in it. A unit of a user's own manager stands behind that manager's name, `user@1000.service/editor.service`: users
    /// may give theirs any name. Where there is none, as where the user made groups of its own, the name ends with the slash.
    ///
    /// The rule is systemd's own (`sd_pid_get_unit`, `sd_pid_get_user_unit`).
    var unit: String? {
        var elements = path.split(separator: "/")[...]
        guard let unit = Self.takeUnit(&elements) else { return nil }
        return Self.isUserManager(unit) ? "\(unit)/\(Self.takeUnit(&elements) ?? "")" : unit
    }

    /// The unit as systemd tells it, which says of a user's process only that it is its manager's.
    static func unit(toldBySystemd name: String) -> String { isUserManager(name) ? name + "/" : name }

    private static func isUserManager(_ unit: String) -> Bool { unit.hasPrefix("user@") && unit.hasSuffix(".service") }

    private static func takeUnit(_ elements: inout ArraySlice<Substring>) -> String? {
        elements = elements.drop { $0.hasSuffix(".slice") }
        guard let element = elements.popFirst() else { return nil }
        // Names that the kernel has for its own files are written with a `_` before them.
        let name = element.hasPrefix("_") ? element.dropFirst() : element
        return unitSuffixes.contains { name.hasSuffix($0) && name.count > $0.count } ? String(name) : nil
    }

    private static let unitSuffixes = [".service", ".scope", ".socket", ".mount", ".swap"]

    /// The id of a container, by the names that Docker, Podman, containerd, CRI-O, LXC and systemd-nspawn give their groups; for
    /// the log only.
    var container: String? {
        for element in path.split(separator: "/").reversed() {
            if element.hasPrefix("lxc.payload.") { return String(element.dropFirst(12)) }
            var name = element
            if name.hasSuffix(".scope") { name = name.dropLast(6) }
            if name.hasPrefix("machine-"), name.count < element.count { return String(name.dropFirst(8)) }
            if let dash = name.lastIndex(of: "-") { name = name[name.index(after: dash)...] }
            if name.utf8.count == 64, name.utf8.allSatisfy(Self.isHexadecimal) { return String(name) }
        }
        return nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
