// SPDX-License-Identifier: Apache-2.0

/// A failed call: a stable code, a message that tells the caller what to do, and what is known of the cause.
///
/// Never holds a secret: `message` and `providerError` reach the caller, the journal and the log.
package struct GatewayFailure: Error, Sendable {
    package var code: ErrorCode
    /// One sentence or two: what is wrong, and what to do next.
    package var message: String
    /// The offending parameter (`params.request.model`), for `invalid_params`.
    package var path: String?
    /// The HTTP status in `data.status`: the provider's own for `upstream_error`, else the code's.
    package var status: Int
    /// Whether sending the same call again may help.
    package var retryable: Bool
    /// How long to wait before that, in milliseconds.
    package var retryAfterMilliseconds: Int?
    /// The provider's error body as raw JSON (a body that is not JSON becomes a JSON string). Untouched, but for the key that was
    /// sent with the request, should the provider quote it.
    package var providerError: [UInt8]?
    /// The virtual key that was about to go elsewhere than where it is bound to, when that is what failed: for the audit log.
    package var divertedKey: String?
    /// Whether no byte of the request reached the provider, so that it cannot bill it.
    package var reachedNobody = false

    package init(
        _ code: ErrorCode, _ message: String, path: String? = nil, status: Int? = nil, retryable: Bool? = nil,
        retryAfterMilliseconds: Int? = nil, providerError: [UInt8]? = nil
    ) {
        self.code = code
        self.message = message
        self.path = path
        self.status = status ?? code.status
        self.retryable = retryable ?? code.retryable
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.providerError = providerError
    }

    /// The caller cancelled the request or hung up.
    package static var callCancelled: GatewayFailure {
        GatewayFailure(.cancelled, "The call was cancelled.")
    }

    /// A virtual key that is not sent where the call would send it.
    package static func diverted(key: String, _ message: String, path: String? = nil) -> GatewayFailure {
        var failure = GatewayFailure(.permissionDenied, message, path: path)
        failure.divertedKey = key
        return failure
    }

    /// A refused parameter: `path` names it as the caller wrote it.
    package static func invalidParams(_ path: String, _ message: String) -> GatewayFailure {
        GatewayFailure(.invalidParams, message, path: path)
    }

    /// A cursor that no page gave.
    package static func wrongCursor(_ path: String) -> GatewayFailure {
        .invalidParams(path, "`cursor` is what the page before gave as `next_cursor`, or null.")
    }
}
