// SPDX-License-Identifier: Apache-2.0

/// Why a call failed: what the daemon said, or what happened on the way to it.
///
/// ```swift
/// do {
///     _ = try await client.call("chat.completions.create", params)
/// } catch let error as WicketError where error.type == "rate_limited" {
///     try await Task.sleep(for: .milliseconds(error.retryAfterMilliseconds ?? 1000))
/// }
/// ```
public struct WicketError: Error, Sendable {
    /// The error's stable name, as `data.type` on the wire. The client's own are `no_daemon` (nothing listens there),
    /// `connection_failed`, `hang_up` (the daemon closed the connection), `protocol_error`, `socket_path`, `invalid_json`.
    public var type: String
    /// The JSON-RPC error code; 0 for the client's own.
    public var code: Int
    /// What is wrong and what to do next.
    public var message: String
    /// The HTTP status that an SDK would expect; the provider's own for `upstream_error`.
    public var status: Int?
    /// Whether the same call may succeed when it is sent again.
    public var retryable: Bool
    /// All that the daemon said of it: `path`, `provider_error`, `attempts`, `trace_id`. Null for the client's own.
    public var data: WicketValue

    /// An error of that type.
    public init(
        type: String, code: Int = 0, message: String, status: Int? = nil, retryable: Bool = false, data: WicketValue = nil
    ) {
        self.type = type
        self.code = code
        self.message = message
        self.status = status
        self.retryable = retryable
        self.data = data
    }

    /// How long to wait before sending the call again.
    public var retryAfterMilliseconds: Int? { data["retry_after_ms"].int }

    /// An error reply. A peer that gives no `data` still gets a type.
    init(code: Int, message: String, data: WicketValue) {
        self.init(
            type: data["type"].string ?? "error_\(code)", code: code, message: message, status: data["status"].int,
            retryable: data["retryable"].bool ?? false, data: data)
    }
}

extension WicketError: CustomStringConvertible {
    /// `type: message`.
    public var description: String { "\(type): \(message)" }
}

extension WicketError {
    static func noDaemon(at path: String) -> WicketError {
        WicketError(type: "no_daemon", message: "No daemon answers at \(path).", retryable: true)
    }

    static let hangUp = WicketError(
        type: "hang_up", message: "The daemon closed the connection before it answered.", retryable: true)
    static let closed = WicketError(type: "hang_up", message: "This client was closed.")
}
