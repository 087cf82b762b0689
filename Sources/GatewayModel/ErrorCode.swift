// SPDX-License-Identifier: Apache-2.0

/// A stable kind of failure, as callers see it: the JSON-RPC code, its name and the HTTP status an SDK expects.
///
/// Open on purpose: a new kind is one static constant, and no `switch` elsewhere has to know it.
package struct ErrorCode: Hashable, Sendable {
    /// The JSON-RPC error code; application codes lie outside -32768...-32000, which the specification reserves.
    package let code: Int
    /// The name in `data.type`; also the bounded form for log columns and metric labels.
    package let name: String
    /// The HTTP status in `data.status`. An upstream error carries the provider's own instead.
    package let status: Int
    /// Whether the same call may succeed if it is sent again later.
    package let retryable: Bool

    package init(_ code: Int, _ name: String, status: Int, retryable: Bool = false) {
        self.code = code
        self.name = name
        self.status = status
        self.retryable = retryable
    }

    package static let parseError = ErrorCode(-32700, "parse_error", status: 400)
    package static let invalidRequest = ErrorCode(-32600, "invalid_request", status: 400)
    package static let methodNotFound = ErrorCode(-32601, "method_not_found", status: 404)
    package static let invalidParams = ErrorCode(-32602, "invalid_params", status: 400)
    package static let internalError = ErrorCode(-32603, "internal_error", status: 500)

    /// This peer may not call this, or not with this virtual key.
    package static let permissionDenied = ErrorCode(1001, "permission_denied", status: 403)
    /// No such virtual key, config, prompt, guardrail.
    package static let notFound = ErrorCode(1002, "not_found", status: 404)
    /// A name is taken, or a version moved on.
    package static let conflict = ErrorCode(1003, "conflict", status: 409)
    /// No master key was given, so no provider key can be read.
    package static let vaultLocked = ErrorCode(1004, "vault_locked", status: 503, retryable: true)
    /// Terminal: sending again does not help until the budget's period ends.
    package static let budgetExceeded = ErrorCode(1101, "budget_exceeded", status: 402)
    /// The gateway's own rate limit.
    package static let rateLimited = ErrorCode(1102, "rate_limited", status: 429, retryable: true)
    /// Too many requests in flight.
    package static let overloaded = ErrorCode(1103, "overloaded", status: 503, retryable: true)
    /// A guardrail refused the input or the output.
    package static let guardrailDenied = ErrorCode(1201, "guardrail_denied", status: 446)
    /// The provider answered with an error.
    package static let upstreamError = ErrorCode(1301, "upstream_error", status: 502)
    /// `request_timeout` passed.
    package static let upstreamTimeout = ErrorCode(1302, "upstream_timeout", status: 408, retryable: true)
    /// No connection, a TLS failure, or a reset before an answer.
    package static let upstreamUnreachable = ErrorCode(1303, "upstream_unreachable", status: 502, retryable: true)
    /// The breaker of every target is open.
    package static let circuitOpen = ErrorCode(1304, "circuit_open", status: 503, retryable: true)
    /// Conditional routing matched nothing and there is no default.
    package static let noRoute = ErrorCode(1305, "no_route", status: 400)
    /// The caller cancelled or hung up.
    package static let cancelled = ErrorCode(1401, "cancelled", status: 499)
}
