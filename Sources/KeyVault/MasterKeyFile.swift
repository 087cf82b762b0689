// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel
import Glibc

/// The master key in a file of the state directory: 32 bytes, 0600, made at the first start and never again.
package struct MasterKeyFile {
    package let path: String
    private let directory: StateDirectory

    package init(in directory: StateDirectory) {
        self.directory = directory
        path = directory.file("master.key")
    }

    /// Reads the key, or makes one where there is no file yet.
    /// - Throws: `internal_error` when the file is not the daemon's alone or not a key; it is never overwritten.
    package func loadOrCreate(random: RandomSource = .system) throws(GatewayFailure) -> MasterKey {
        if let key = try load() { return key }
        try create(random)
        guard let key = try load() else { throw failure("is gone again") }
        return key
    }

    /// - Returns: nil when there is no file.
    package func load() throws(GatewayFailure) -> MasterKey? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(errno == ELOOP ? "is a symbolic link; put the file itself there" : "cannot be opened: \(errorText())")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be examined: \(errorText())") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("is not a regular file") }
        guard status.st_uid == geteuid() else {
            throw failure("belongs to uid \(status.st_uid), not to uid \(geteuid()) that runs the daemon; change its owner")
        }
        guard status.st_mode & 0o077 == 0 else { throw failure("is open to other users; run: chmod 600 '\(path)'") }
        guard status.st_size == LockedKey.size else {
            throw failure("has \(status.st_size) bytes instead of \(LockedKey.size): it is damaged, restore it from a backup")
        }
        return MasterKey(try lockedKey { read(descriptor, $0.baseAddress, $0.count) == $0.count })
    }

    /// Written aside, synchronised, then linked to its name: a crash leaves a whole key or none, and no existing key is replaced.
    private func create(_ random: RandomSource) throws(GatewayFailure) {
        let aside = "\(path).\(hexadecimal(random.bytes(8)))"
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be created: \(errorText())") }
        defer {
            close(descriptor)
            unlink(aside)
        }
        let key = try MasterKey(random: random)
        // The process's umask may have taken bits of the owner's away.
        guard fchmod(descriptor, 0o600) == 0, key.withBytes({ write(descriptor, $0.baseAddress, $0.count) == $0.count }),
            fsync(descriptor) == 0
        else { throw failure("cannot be written: \(errorText())") }
        guard link(aside, path) == 0 || errno == EEXIST else { throw failure("cannot be put in its place: \(errorText())") }
        try directory.synchronize()
    }

    private func failure(_ what: String) -> GatewayFailure {
        GatewayFailure(.internalError, "The vault's master key \(path) \(what).")
    }

    private func errorText() -> String { String(cString: strerror(errno)) }
}
