// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import WicketClient
import WicketProtocol

/// `wicket whoami`: who the daemon takes this process for.
struct Whoami: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show who the daemon takes you for.",
        discussion: """
            A process is known by what the kernel and systemd say of it, not by anything that it sends. Policies match on uid,
            groups, unit and cgroup; the executable is for the log only. To see what a service would be, run this in its unit.

            Examples:
              wicket whoami
              sudo systemd-run --pipe --unit=backup-test wicket whoami --json
            """)

    @OptionGroup var global: GlobalOptions

    mutating func run() async throws {
        let console = global.console
        let client = try await global.connect()
        let answer = try await client.call(SystemWhoami.name)
        if console.json { return try console.line(answer) }
        for line in Self.lines(answer, style: console.outputStyle) { try console.line(line) }
    }

    static func lines(_ answer: WicketValue, style: Style) -> [String] {
        let groups = answer["groups"].elements.compactMap { $0.int }.map { named($0, groupName) }
        return [
            ("user", answer["uid"].int.map { named($0, userName) }), ("group", answer["gid"].int.map { named($0, groupName) }),
            ("groups", groups.joined(separator: ", ")), ("process", answer["pid"].int.map(String.init)),
            ("executable", answer["executable"].string), ("unit", answer["unit"].string), ("cgroup", answer["cgroup"].string),
            ("container", answer["container"].string), ("policy", answer["policy"].string),
        ].map { name, value in
            let known = value.flatMap { $0.isEmpty ? nil : $0.withoutControls }
            return style.dim(name + String(repeating: " ", count: 14 - name.count)) + (known ?? style.dim("none"))
        }
    }

    /// `1000 (ada)`, as far as this machine knows a name.
    private static func named(_ id: Int, _ name: (UInt32) -> String?) -> String {
        guard let number = UInt32(exactly: id), let name = name(number) else { return String(id) }
        return "\(id) (\(name.withoutControls))"
    }

    private static func userName(_ id: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(id, &entry, &room, room.count, &found) == 0, found != nil else { return nil }
        return entry.pw_name.map { String(cString: $0) }
    }

    private static func groupName(_ id: UInt32) -> String? {
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        var room = [CChar](repeating: 0, count: 16_384)
        guard getgrgid_r(id, &entry, &room, room.count, &found) == 0, found != nil else { return nil }
        return entry.gr_name.map { String(cString: $0) }
    }
}
