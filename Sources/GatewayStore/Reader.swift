// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Synchronization

/// The one thread that reads, on a connection of its own, so that a long query holds up neither a reactor nor the writer.
/// The connection is opened for the first query.
// Sendable is sound: `connection` is touched by the reader's thread only.
final class Reader: @unchecked Sendable {
    struct Query: Sendable {
        /// Called once: with the connection, or with why there is none.
        var run: @Sendable (Result<SQLiteConnection, GatewayFailure>) -> Void
    }
    private struct Queue {
        var queries: [Query] = []
        var isClosing = false
        var atEnd: (@Sendable () -> Void)?
    }
    private let queue = Mutex(Queue())
    private let doorbell: Doorbell
    private let path: String
    private var connection: SQLiteConnection?

    init(path: String, doorbell: Doorbell) {
        self.path = path
        self.doorbell = doorbell
    }

    func submit(_ query: Query) {
        let isClosed = queue.withLock { queue in
            if !queue.isClosing { queue.queries.append(query) }
            return queue.isClosing
        }
        if isClosed {
            return query.run(.failure(GatewayFailure(.internalError, "The store is closed: the daemon is shutting down.")))
        }
        doorbell.ring()
    }

    /// Makes the thread answer what is there, close the connection, and end. Only the first call is answered.
    func close(_ atEnd: @escaping @Sendable () -> Void) -> Bool {
        let isFirst = queue.withLock { queue in
            if queue.isClosing { return false }
            queue.isClosing = true
            queue.atEnd = atEnd
            return true
        }
        doorbell.ring()
        return isFirst
    }

    func run() {
        while true {
            let (queries, isClosing) = queue.withLock { queue in
                defer { queue.queries = [] }
                return (queue.queries, queue.isClosing)
            }
            for query in queries { query.run(opened()) }
            if !queries.isEmpty { continue }
            if isClosing { break }
            doorbell.wait(milliseconds: -1)
        }
        connection?.close()
        queue.withLock { $0.atEnd }?()
    }

    private func opened() -> Result<SQLiteConnection, GatewayFailure> {
        if let connection { return .success(connection) }
        do throws(SQLiteError) {
            let opened = try SQLiteConnection(path: path, queryOnly: true)
            connection = opened
            return .success(opened)
        } catch {
            return .failure(error.failure(path))
        }
    }
}
