// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import WicketDaemon

@Suite struct OwnedDirectoryTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    private func fault(_ path: String, userID: UInt32 = geteuid()) -> DirectoryFault? {
        do throws(DirectoryFault) {
            try OwnedDirectory.prepare(path, userID: userID)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a missing directory is made with its parents, closed to others`() {
        let path = directory.path + "/a/b/c"
        #expect(fault(path) == nil)
        #expect(mode(path) == 0o700)
        #expect(mode(directory.path + "/a") == 0o700)
        #expect(fault(path) == nil)
    }

    @Test func `an empty directory is closed, a filled one is refused and left as it is`() throws {
        let path = directory.path + "/open"
        #expect(mkdir(path, 0o755) == 0 && chmod(path, 0o755) == 0)
        #expect(fault(path) == nil)
        #expect(mode(path) == 0o700)
        try "x".write(toFile: path + "/file", atomically: false, encoding: .utf8)
        #expect(fault(path) == nil)
        #expect(chmod(path, 0o750) == 0)
        let refused = try #require(fault(path))
        #expect(refused.isTooOpen)
        #expect(refused.message.contains("`chmod 700 \(path)`"))
        #expect(mode(path) == 0o750)
    }

    @Test func `a link, a file and somebody else's directory are refused`() throws {
        let link = directory.path + "/link"
        #expect(symlink("/tmp", link) == 0)
        #expect(fault(link) != nil)
        let file = directory.path + "/file"
        try "x".write(toFile: file, atomically: false, encoding: .utf8)
        #expect(fault(file) != nil)
        #expect(fault(file + "/below") != nil)
        let own = directory.path + "/own"
        #expect(mkdir(own, 0o700) == 0)
        #expect(fault(own, userID: geteuid() + 1)?.message.contains("belongs to user \(geteuid())") == true)
        let dangling = directory.path + "/dangling"
        #expect(symlink(directory.path + "/nowhere", dangling) == 0)
        #expect(fault(dangling + "/below") != nil)
    }

    @Test func `the daemon's directories are made as its sockets need them`() throws {
        let yaml = """
            socket: \(directory.path)/run/wicket.sock
            socket_mode: 0660
            state_dir: \(directory.path)/state
            """
        #expect(try read(yaml).prepareDirectories() == [])
        #expect(mode(directory.path + "/run") == 0o755)
        #expect(mode(directory.path + "/run/admin") == 0o700)
        #expect(mode(directory.path + "/state") == 0o700)
        // An admin socket in a directory that holds other things: its own mode guards it, and it is said.
        let shared = try read(yaml, flags: ["--admin-socket", directory.path + "/run/admin.sock"])
        #expect(try shared.prepareDirectories().count == 1)
        #expect(mode(directory.path + "/run") == 0o755)
    }
}
