// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A directory that can't be used, and what to do.
package struct DirectoryFault: Error, Sendable {
    package var message: String
    package var errno: Int32
    /// It is ours, but others may enter it and it holds something already, so its mode was left alone.
    package var isTooOpen = false
}

/// Directories that only the daemon's user may enter.
enum OwnedDirectory {
    /// Makes the directory with its parents, or checks the one that is there: a directory and no link, the user's own, closed
    /// to all others. One that is still empty is closed; one that holds something is not touched, since it may be somebody's
    /// home.
    static func prepare(_ path: String, userID: UInt32 = geteuid()) throws(DirectoryFault) {
        try makeIfMissing(path, mode: 0o700)
        // Opened once, so that what is checked is what is changed.
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw DirectoryFault("\(path) can't be opened as a directory of its own (no link)", errno: Glibc.errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw DirectoryFault("\(path) can't be looked at", errno: Glibc.errno) }
        if status.st_uid != userID {
            let message =
                "\(path) belongs to user \(status.st_uid), not to the daemon's (\(userID)): `chown` it, or choose another place"
            throw DirectoryFault(message: message, errno: EPERM)
        }
        if status.st_mode & 0o077 == 0 { return }
        guard isEmpty(descriptor), status.st_mode & S_ISVTX == 0 else {
            let message = "\(path) is open to other users: `chmod 700 \(path)`, or choose another place"
            throw DirectoryFault(message: message, errno: EPERM, isTooOpen: true)
        }
        if fchmod(descriptor, 0o700) < 0 { throw DirectoryFault("\(path) can't be closed to other users", errno: Glibc.errno) }
    }

    /// Makes the directory and the parents it lacks, all with this mode; what is there is left as it is.
    static func makeIfMissing(_ path: String, mode: UInt32) throws(DirectoryFault) { try make(path, mode, withParents: true) }

    private static func make(_ path: String, _ mode: UInt32, withParents: Bool) throws(DirectoryFault) {
        let parent = directory(of: path)
        if mkdir(path, 0o700) == 0 {
            // The umask is closed, so a mode that lets others in takes a second step.
            if mode != 0o700, chmod(path, mode) < 0 {
                throw DirectoryFault("\(path) can't be opened to others", errno: Glibc.errno)
            }
        } else if Glibc.errno == ENOENT, withParents, !parent.isEmpty, parent != "." {
            try make(parent, mode, withParents: true)
            // Once only: below a link that leads nowhere, it would be missing for ever.
            try make(path, mode, withParents: false)
        } else if Glibc.errno != EEXIST {
            throw DirectoryFault("\(path) can't be made", errno: Glibc.errno)
        }
    }

    private static func isEmpty(_ descriptor: Int32) -> Bool {
        let copy = dup(descriptor)
        guard copy >= 0, let listing = fdopendir(copy) else { return false }
        defer { closedir(listing) }
        var count = 0
        // `.` and `..` are always there.
        while count <= 2, readdir(listing) != nil { count += 1 }
        return count <= 2
    }
}

extension DirectoryFault {
    fileprivate init(_ what: String, errno: Int32) {
        self.init(message: "\(what): \(String(cString: strerror(errno)))", errno: errno)
    }
}

extension Configuration {
    /// Makes and checks the directories that the daemon writes to. Sockets that systemd passed need none.
    /// - Returns: what is worth a warning.
    package func prepareDirectories(bindsUse: Bool = true, bindsAdmin: Bool = true) throws(DirectoryFault) -> [String] {
        var warnings: [String] = []
        try OwnedDirectory.prepare(stateDirectory)
        if bindsUse {
            let place = directory(of: socketPath)
            if place == "/tmp/wicket-\(geteuid())" {
                try OwnedDirectory.prepare(place)
            } else if !place.isEmpty {
                try OwnedDirectory.makeIfMissing(place, mode: socketMode & 0o077 != 0 ? 0o755 : 0o700)
            }
        }
        if bindsAdmin {
            do throws(DirectoryFault) {
                try OwnedDirectory.prepare(directory(of: adminSocketPath))
            } catch {
                // The socket's own mode still keeps others out.
                guard error.isTooOpen else { throw error }
                warnings.append(error.message)
            }
        }
        return warnings
    }
}
