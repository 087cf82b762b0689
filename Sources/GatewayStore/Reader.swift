// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// The one thread that reads, on a connection of its own, so that a long query holds up neither a reactor nor the writer.
/// The connection is opened for the first query.
// Sendable is sound: `connection` is touched by the reader's thread only.
final class Reader: @unchecked Sendable {
    struct Query: Sendable {
        /// Called once: with the connection, or with why there is none.
        var run: @Sendable (Result<SQLiteConnection, GatewayFailure>) -> Void
    }
    private let thread: QueryThread
    private let path: String
    private var connection: SQLiteConnection?

    init(path: String, doorbell: Doorbell) {
        self.path = path
        thread = QueryThread(doorbell)
    }

    func submit(_ query: Query) {
        thread.submit { [self] isClosed in
            query.run(isClosed ? .failure(.storeClosed) : opened())
        }
    }

    /// Makes the thread answer what is there, close the connection, and end. Only the first call is answered.
    func close(_ atEnd: @escaping @Sendable () -> Void) -> Bool {
        thread.close { [self] in
            connection?.close()
            atEnd()
        }
    }

    func run() { thread.run() }

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

extension GatewayFailure {
    static var storeClosed: GatewayFailure {
        GatewayFailure(.internalError, "The store is closed: the daemon is shutting down.")
    }
}
