// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The cache's file as its readers and its writer see it: each time another file stands at the path, its generation is another.
final class AnswerFile: Sendable {
    let path: String
    private let current = Atomic<Int>(0)

    init(path: String) { self.path = path }

    var generation: Int { current.load(ordering: .acquiring) }
    func isAnother() { current.add(1, ordering: .acquiringAndReleasing) }

    /// Which file stands at the path; nil when there is none.
    var identity: FileIdentity? {
        var status = stat()
        return lstat(path, &status) == 0 ? FileIdentity(device: status.st_dev, inode: status.st_ino) : nil
    }
}

struct FileIdentity: Equatable {
    var device: dev_t
    var inode: ino_t
}

/// A connection that reads, one query at a time, from whatever threads; opened when it is needed, and anew for another file.
final class AnswerConnection: Sendable {
    private struct State {
        var connection: SQLiteConnection?
        var generation = 0
        var isClosed = false
    }
    private let state = Mutex(State())
    private let file: AnswerFile
    /// Told of the generation that turned out to be damaged.
    private let foundDamage: @Sendable (Int) -> Void

    init(_ file: AnswerFile, foundDamage: @escaping @Sendable (Int) -> Void) {
        self.file = file
        self.foundDamage = foundDamage
    }

    /// - Returns: nil when the file cannot be read, now or any more.
    func read<Value: Sendable>(_ body: @Sendable (SQLiteConnection) throws(SQLiteError) -> Value) -> Value? {
        let (value, damaged) = state.withLock { state -> (Value?, Int?) in
            if state.isClosed { return (nil, nil) }
            let generation = file.generation
            if state.generation != generation { state.connection = nil }
            state.generation = generation
            do throws(SQLiteError) {
                let connection: SQLiteConnection
                if let open = state.connection {
                    connection = open
                } else {
                    connection = try SQLiteConnection(path: file.path, queryOnly: true)
                    try connection.execute("PRAGMA cell_size_check = ON")
                }
                state.connection = connection
                return (try body(connection), nil)
            } catch {
                state.connection = nil
                return (nil, error.isDamage ? generation : nil)
            }
        }
        if let damaged { foundDamage(damaged) }
        return value
    }

    func close() {
        state.withLock { state in
            state.connection = nil
            state.isClosed = true
        }
    }
}
