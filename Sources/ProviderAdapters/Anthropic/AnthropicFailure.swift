// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// The dialect's error object, `{"type": "error", "error": {"type": …, "message": …}}`, where it stands in place of an answer.
enum AnthropicFailure {
    /// The HTTP status that the provider gives an error of this type when it comes before a stream.
    private static let statuses: [String: Int] = [
        "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
        "not_found_error": 404, "request_too_large": 413, "rate_limit_error": 429, "api_error": 500, "timeout_error": 504,
        "overloaded_error": 529,
    ]

    /// The failure that `document` tells of, or nil when it is no error object.
    static func told(by document: JSONDocument) -> GatewayFailure? {
        guard let error = document.find("error", in: document.root), document.kind(error) == .object else { return nil }
        let type = document.find("type", in: error).flatMap(document.string) ?? ""
        let status = statuses[type]
        let retryable = status.map { $0 == 429 || $0 >= 500 } ?? true
        // Only names from the table are repeated in the message; the provider's own words are in `providerError`.
        let name = status == nil ? "an error" : type
        let advice = retryable ? "Send the call again later." : "Read provider_error and change the request first."
        var body = Array(document.raw(document.root))
        replaceLineBreaks(in: &body)
        return GatewayFailure(
            .upstreamError, "The provider answered with \(name) instead of finishing. \(advice)", status: status ?? 502,
            retryable: retryable, providerError: body)
    }

    /// The answer is not what the dialect promises.
    static func unreadable(_ what: String) -> GatewayFailure {
        GatewayFailure(
            .upstreamError, "\(what) Check that the provider at base_url speaks the Anthropic dialect.", status: 502,
            retryable: true)
    }
}
