// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SocketServer

struct ControlGroupTests {
    struct Case: Sendable {
        var text: String
        var path: String?
        var unit: String?
        var container: String?
    }

    private static let hash = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"

    private static let cases: [Case] = [
        Case(text: "0::/system.slice/backup.service\n", path: "/system.slice/backup.service", unit: "backup.service"),
        Case(text: "0::/\n"),
        Case(text: ""),
        Case(text: "nonsense"),
        Case(text: "0::relative.service\n"),
        // Version 1, alone and with an empty version 2.
        Case(
            text: "9:name=systemd:/system.slice/cron.service\n1:cpu:/elsewhere\n0::/\n", path: "/system.slice/cron.service",
            unit: "cron.service"),
        // A name may hold colons.
        Case(text: "0::/system.slice/a:b.service\n", path: "/system.slice/a:b.service", unit: "a:b.service"),
        Case(
            text: "0::/system.slice/system-getty.slice/getty@tty1.service\n",
            path: "/system.slice/system-getty.slice/getty@tty1.service", unit: "getty@tty1.service"),
        // What is below a unit is its own affair, whatever it is called.
        Case(
            text: "0::/system.slice/evil.service/billing.service\n", path: "/system.slice/evil.service/billing.service",
            unit: "evil.service"),
        Case(text: "0::/plain/billing.service\n", path: "/plain/billing.service"),
        Case(text: "0::/../billing.service\n", path: "/../billing.service"),
        Case(text: "0::/.service\n", path: "/.service"),
        // A user's own units carry the name of the user's manager.
        Case(
            text: "0::/user.slice/user-1000.slice/user@1000.service/app.slice/editor.scope\n",
            path: "/user.slice/user-1000.slice/user@1000.service/app.slice/editor.scope", unit: "user@1000.service/editor.scope"),
        Case(
            text: "0::/user.slice/user-1000.slice/user@1000.service/init.scope\n",
            path: "/user.slice/user-1000.slice/user@1000.service/init.scope", unit: "user@1000.service/init.scope"),
        Case(
            text: "0::/user.slice/user-1000.slice/user@1000.service\n",
            path: "/user.slice/user-1000.slice/user@1000.service", unit: "user@1000.service/"),
        Case(
            text: "0::/user.slice/user-1000.slice/user@1000.service/made.slice/anything\n",
            path: "/user.slice/user-1000.slice/user@1000.service/made.slice/anything", unit: "user@1000.service/"),
        Case(
            text: "0::/user.slice/user-1000.slice/session-3.scope\n", path: "/user.slice/user-1000.slice/session-3.scope",
            unit: "session-3.scope"),
        // Containers.
        Case(
            text: "0::/system.slice/docker-\(hash).scope\n", path: "/system.slice/docker-\(hash).scope",
            unit: "docker-\(hash).scope", container: hash),
        Case(text: "0::/docker/\(hash)\n", path: "/docker/\(hash)", container: hash),
        Case(
            text: "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-\(hash).scope\n",
            path: "/kubepods.slice/kubepods-pod1.slice/cri-containerd-\(hash).scope",
            unit: "cri-containerd-\(hash).scope", container: hash),
        Case(text: "0::/lxc.payload.web/init.scope\n", path: "/lxc.payload.web/init.scope", container: "web"),
        Case(
            text: "0::/machine.slice/machine-box.scope/payload\n", path: "/machine.slice/machine-box.scope/payload",
            unit: "machine-box.scope", container: "box"),
        Case(text: "0::/docker/\(hash.uppercased())\n", path: "/docker/\(hash.uppercased())"),
    ]

    @Test(arguments: cases) func `a group says its unit and its container`(_ one: Case) {
        let group = ControlGroup(one.text)
        #expect(group?.path == one.path)
        #expect(group?.unit == one.unit)
        #expect(group?.container == one.container)
    }
}
