// SPDX-License-Identifier: Apache-2.0
import GatewayModel

// Names the host, never the path, the query or a header field: those may hold secrets.
extension GatewayFailure {
    static let curlIsFull = GatewayFailure(.internalError, "libcurl has no memory for another request.")

    static func unreachable(_ authority: String, _ reason: String) -> GatewayFailure {
        GatewayFailure(.upstreamUnreachable, "\(authority) could not be reached: \(sentence(reason))")
    }

    static func leadsToHostItself(_ authority: String) -> GatewayFailure {
        GatewayFailure(
            .permissionDenied,
            "The name \(authority) leads to this host, its link or its cloud's metadata service, so the key was not sent: check "
                + "the resolver; a key that is meant to go there names the address itself in its base_url.")
    }

    static func cutShort(_ authority: String, _ reason: String) -> GatewayFailure {
        GatewayFailure(.upstreamUnreachable, "The answer of \(authority) was cut short: \(sentence(reason))")
    }

    static func bodyTooLarge(_ authority: String, limit: Int) -> GatewayFailure {
        GatewayFailure(.upstreamError, "The answer of \(authority) is larger than \(limit) bytes.")
    }

    static func timeout(_ authority: String, _ limit: Deadlines.Limit, _ reason: String? = nil) -> GatewayFailure {
        switch limit {
        case .connect(let milliseconds):
            let detail = reason.map { ": \(sentence($0))" } ?? "."
            // No limit of the caller's: nobody was there, as when a connection is refused.
            return GatewayFailure(
                .upstreamUnreachable, "No connection to \(authority) within \(milliseconds) ms (connect timeout)\(detail)")
        case .firstByte(let milliseconds):
            return GatewayFailure(.upstreamTimeout, "\(authority) sent no answer within \(milliseconds) ms (first-byte timeout).")
        case .total(let milliseconds):
            return GatewayFailure(
                .upstreamTimeout,
                "\(authority) did not finish its answer within \(milliseconds) ms (total timeout). Allow it more time.")
        }
    }

    private static func sentence(_ reason: String) -> String { reason.hasSuffix(".") ? reason : reason + "." }
}
