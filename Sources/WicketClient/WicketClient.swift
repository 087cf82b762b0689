// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A connection to the Wicket daemon. Calls from any number of tasks share it and run at the same time.
///
/// ```swift
/// let client = try await WicketClient.connect()
/// let result = try await client.call("chat.completions.create", [
///     "request": ["model": "local/echo", "messages": [["role": "user", "content": "Say this is a test"]]]
/// ])
/// print(result["response"]["choices"][0]["message"]["content"].string ?? "")
/// ```
///
/// Streaming:
///
/// ```swift
/// let stream = try client.stream("chat.completions.create", params)
/// for try await chunk in stream { print(chunk["choices"][0]["delta"]["content"].string ?? "", terminator: "") }
/// print(stream.result["gateway"]["usage"])
/// ```
///
/// Cancelling the task that calls, or that reads a stream, cancels the request in the daemon and at the provider. The connection
/// is closed when the last reference to the client and its streams goes, or by ``close()``.
public final class WicketClient: Sendable {
    private let connection: Connection

    private init(_ connection: Connection) { self.connection = connection }

    deinit { close() }

    /// Connects to the use socket.
    /// - Parameters:
    ///   - socket: a path or `unix:///path`. Otherwise `WICKET_SOCKET`, the user's own daemon, or the system's.
    ///   - patience: how long to go on trying while nothing listens there, for a daemon that was just started.
    /// - Throws: ``WicketError`` of type `no_daemon`, `connection_failed` or `socket_path`.
    public static func connect(socket: String? = nil, patience: Duration = .seconds(1)) async throws -> WicketClient {
        try await connect(path: try SocketLocation.use(flag: socket), patience: patience)
    }

    /// Connects to the admin socket, which only the daemon's own user may.
    /// - Parameters:
    ///   - socket: a path or `unix:///path`. Otherwise `WICKET_ADMIN_SOCKET`, the user's own daemon, or the system's.
    ///   - patience: how long to go on trying while nothing listens there.
    /// - Throws: as ``connect(socket:patience:)``.
    public static func connectAdmin(socket: String? = nil, patience: Duration = .seconds(1)) async throws -> WicketClient {
        try await connect(path: try SocketLocation.admin(flag: socket), patience: patience)
    }

    /// Calls a method and waits for its result.
    /// - Throws: ``WicketError``, or `CancellationError` when the task was cancelled.
    public func call(_ method: String, _ params: WicketValue = [:]) async throws -> WicketValue {
        try await call(method, params) { _ in }
    }

    /// Calls a method that streams, with `"stream": true` in its request, and gives the pieces as they come.
    /// The request is sent at once, whether the stream is read or not.
    /// - Throws: ``WicketError`` when the connection is gone.
    public func stream(_ method: String, _ params: WicketValue) throws -> WicketStream {
        try WicketStream(self, connection, method, params.streaming)
    }

    /// Sets the `options` that this connection's calls have when they do not say otherwise, in place of those it had.
    public func configureSession(_ defaults: WicketValue) async throws {
        _ = try await call("session.configure", ["defaults": defaults])
    }

    /// Hangs up; the daemon cancels what is still running for this client.
    public func close() { connection.close(.closed) }

    /// A call whose pieces, if it streams, go to `onChunk` as they arrive, on the reader's thread.
    package func call(
        _ method: String, _ params: WicketValue, onChunk: @escaping @Sendable (WicketValue) -> Void
    ) async throws -> WicketValue {
        let started = Mutex<Int?>(nil)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do {
                    let receiver = InFlight.Receiver(onChunk: onChunk) { continuation.resume(with: $0) }
                    let id = try connection.start(method, params, receiver)
                    started.withLock { $0 = id }
                    // The handler below may have run before there was an id to cancel.
                    if Task.isCancelled { connection.cancel(id) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            if let id = started.withLock({ $0 }) { connection.cancel(id) }
        }
    }

    package static func connect(path: String, patience: Duration) async throws -> WicketClient {
        WicketClient(Connection(try await UnixSocket.connect(to: path, patience: patience)))
    }
}
