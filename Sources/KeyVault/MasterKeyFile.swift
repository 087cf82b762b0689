// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel
import Glibc

/// The master key in a file of the state directory: 32 bytes, 0600, made for a new vault and never again.
///
/// Another key takes its place in two steps: it is durable as `master.key.next` before the vault is sealed under it, and gets the
/// name afterwards. Whichever of the two the database names is the one in force.
package struct MasterKeyFile: Sendable {
    package let path: String
    private var nextPath: String { path + ".next" }
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
        guard let key = try load() else { throw failure("is gone again", path) }
        return key
    }

    /// - Returns: nil when there is no file.
    package func load() throws(GatewayFailure) -> MasterKey? { try load(path) }

    func loadNext() throws(GatewayFailure) -> MasterKey? { try load(nextPath) }

    private func load(_ path: String) throws(GatewayFailure) -> MasterKey? {
        func failure(_ what: String) -> GatewayFailure { self.failure(what, path) }
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

    /// Makes the key that is to take the file's place, durably. One that is there from before is given up.
    func prepareNext(_ random: RandomSource) throws(GatewayFailure) -> MasterKey {
        let key = try MasterKey(random: random)
        try write(key, random) { rename($0, nextPath) == 0 }
        return key
    }

    /// Leaves one file, with the key of that id: the next one takes the file's place, or is given up.
    func settle(on id: String) throws(GatewayFailure) {
        guard let next = try loadNext() else { return }
        guard next.id == id ? rename(nextPath, path) == 0 : unlink(nextPath) == 0 else {
            throw failure("cannot be put in its place: \(errorText())", nextPath)
        }
        try directory.synchronize()
    }

    /// Keeps the key of that id under another name, for rows that only it may open yet.
    func keep(_ id: String) throws(GatewayFailure) {
        guard try load()?.id == id else { return }
        guard link(path, keptPath(id)) == 0 || errno == EEXIST else { throw failure("cannot be kept: \(errorText())", path) }
        try directory.synchronize()
    }

    /// Puts the file where it is not found as the vault's, which is sealed with something else: a rotation was cut short, or it
    /// belongs to another database. A next one was given up then.
    func setAside() throws(GatewayFailure) {
        guard unlink(nextPath) == 0 || errno == ENOENT else { throw failure("cannot be removed: \(errorText())", nextPath) }
        if let key = try load(), rename(path, keptPath(key.id)) != 0 { throw failure("cannot be kept: \(errorText())", path) }
        try directory.synchronize()
    }

    private func keptPath(_ id: String) -> String { "\(path).kept-\(id)" }

    /// Takes the files away, when the vault is sealed with something else.
    func remove() throws(GatewayFailure) {
        for path in [nextPath, path] where unlink(path) != 0 && errno != ENOENT {
            throw failure("cannot be removed: \(errorText())", path)
        }
        try directory.synchronize()
    }

    /// No existing key is replaced.
    private func create(_ random: RandomSource) throws(GatewayFailure) {
        try write(try MasterKey(random: random), random) { link($0, path) == 0 || errno == EEXIST }
    }

    /// Written aside, synchronised, then given its name: a crash leaves a whole key or none.
    private func write(_ key: MasterKey, _ random: RandomSource, name: (String) -> Bool) throws(GatewayFailure) {
        let aside = "\(path).\(hexadecimal(random.bytes(8)))"
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be created: \(errorText())", path) }
        defer {
            close(descriptor)
            unlink(aside)
        }
        // The process's umask may have taken bits of the owner's away.
        guard fchmod(descriptor, 0o600) == 0,
            key.withBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) == $0.count }), fsync(descriptor) == 0
        else { throw failure("cannot be written: \(errorText())", path) }
        guard name(aside) else { throw failure("cannot be put in its place: \(errorText())", path) }
        try directory.synchronize()
    }

    private func failure(_ what: String, _ path: String) -> GatewayFailure {
        GatewayFailure(.internalError, "The vault's master key \(path) \(what).")
    }

    private func errorText() -> String { String(cString: strerror(errno)) }
}
