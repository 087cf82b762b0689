// SPDX-License-Identifier: Apache-2.0
import Testing
import WicketProtocol

struct SocketPathTests {
    private func paths(_ environment: [String: String] = [:], existing: Set<String> = []) -> SocketPath {
        SocketPath(environment: environment, userID: 1000, exists: { existing.contains($0) })
    }

    private let user = "/run/user/1000/wicket/wicket.sock"
    private let userAdmin = "/run/user/1000/wicket/admin/admin.sock"
    private let runtime = ["XDG_RUNTIME_DIR": "/run/user/1000"]

    @Test func `flag, then variable, then the user's socket where there is one, then the system's`() throws {
        let all = runtime.merging(["WICKET_SOCKET": "/variable"]) { $1 }
        #expect(try paths(all, existing: [user]).use(flag: "/flag") == "/flag")
        #expect(try paths(all, existing: [user]).use() == "/variable")
        #expect(try paths(runtime, existing: [user]).use() == user)
        #expect(try paths(runtime).use() == "/run/wicket/wicket.sock")
    }

    @Test func `the admin socket is found the same way`() throws {
        let all = runtime.merging(["WICKET_ADMIN_SOCKET": "/variable"]) { $1 }
        #expect(try paths(all, existing: [userAdmin]).admin(flag: "/flag") == "/flag")
        #expect(try paths(all, existing: [userAdmin]).admin() == "/variable")
        #expect(try paths(runtime, existing: [userAdmin]).admin() == userAdmin)
        #expect(try paths(runtime).admin() == "/run/wicket/admin/admin.sock")
    }

    @Test func `naming another daemon's use socket finds the admin socket beside it`() throws {
        let other = paths(runtime, existing: [userAdmin, "/other/admin/admin.sock", "admin/admin.sock"])
        #expect(try other.admin(useFlag: "/other/wicket.sock") == "/other/admin/admin.sock")
        #expect(try other.admin(useFlag: "wicket.sock") == "admin/admin.sock")
        #expect(try other.admin(useFlag: "/third/wicket.sock") == userAdmin)
        #expect(try other.admin(flag: "/flag", useFlag: "/other/wicket.sock") == "/flag")
        let variable = paths(["WICKET_SOCKET": "unix:///other/wicket.sock"], existing: ["/other/admin/admin.sock"])
        #expect(try variable.admin() == "/other/admin/admin.sock")
    }

    @Test func `an empty variable is none`() throws {
        #expect(try paths(["WICKET_SOCKET": "", "XDG_RUNTIME_DIR": ""]).use() == "/run/wicket/wicket.sock")
        #expect(try paths(["XDG_RUNTIME_DIR": ""]).userDefault(.use) == "/tmp/wicket-1000/wicket.sock")
    }

    @Test func `without a runtime directory the user's daemon has one under tmp`() throws {
        #expect(try paths().userDefault(.use) == "/tmp/wicket-1000/wicket.sock")
        #expect(try paths().userDefault(.admin) == "/tmp/wicket-1000/admin/admin.sock")
        #expect(try paths(existing: ["/tmp/wicket-1000/wicket.sock"]).use() == "/tmp/wicket-1000/wicket.sock")
    }

    @Test(arguments: [
        ("/a/b.sock", "/a/b.sock"), ("unix:///a/b.sock", "/a/b.sock"), ("unix:/a/b.sock", "/a/b.sock"), ("b.sock", "b.sock"),
    ])
    func `a path may be written in each of these forms`(text: String, path: String) throws {
        #expect(try paths().use(flag: text) == path)
        #expect(try paths(["WICKET_SOCKET": text]).use() == path)
    }

    @Test(arguments: ["http://localhost:1", "tcp://h", "unix:", "unix://", "unix:relative", "/a\0b"])
    func `what is no socket's path is refused`(text: String) {
        #expect(throws: SocketPathError.self) { try paths().use(flag: text) }
        #expect(throws: SocketPathError.self) { try paths(["WICKET_ADMIN_SOCKET": text]).admin() }
    }

    @Test func `a path of 107 bytes is taken, one of 108 is refused with its length and where it came from`() throws {
        let fits = "/" + String(repeating: "x", count: 106)
        #expect(try paths().use(flag: fits) == fits)
        let error = #expect(throws: SocketPathError.self) { try paths(["WICKET_SOCKET": fits + "x"]).use() }
        #expect(error?.message.contains("108 bytes") == true)
        #expect(error?.message.contains("WICKET_SOCKET") == true)
        // Bytes count, not letters.
        #expect(throws: SocketPathError.self) { try paths().use(flag: "/" + String(repeating: "ü", count: 54)) }
    }

    @Test func `a runtime directory that leaves no room is refused, not passed over`() {
        let long = paths(["XDG_RUNTIME_DIR": "/" + String(repeating: "x", count: 100)])
        #expect(throws: SocketPathError.self) { try long.use() }
        #expect(throws: SocketPathError.self) { try long.userDefault(.admin) }
    }
}
