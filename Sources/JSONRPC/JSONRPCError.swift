// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The `error` member of a reply.
package struct JSONRPCError: Error, Equatable, Sendable {
    package var code: Int
    package var message: String
    /// Raw JSON on one line.
    package var data: [UInt8]?

    package init(code: Int, message: String, data: [UInt8]? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// The line is not JSON.
    package static func parseError(_ error: JSONError) -> JSONRPCError {
        JSONRPCError(-32700, "parse_error", "Parse error: \(error)")
    }

    /// The line is JSON but no request, notification, response or batch of them.
    package static func invalidRequest(_ reason: String) -> JSONRPCError {
        JSONRPCError(-32600, "invalid_request", "Invalid Request: \(reason)")
    }

    /// The line is longer than the limit; the connection ends with this reply.
    package static func lineTooLong(limit: Int) -> JSONRPCError {
        invalidRequest("a line may have at most \(limit) bytes; this connection is closed")
    }

    private init(_ code: Int, _ type: String, _ message: String) {
        self.init(code: code, message: message, data: Array("{\"type\":\"\(type)\",\"status\":400,\"retryable\":false}".utf8))
    }
}
