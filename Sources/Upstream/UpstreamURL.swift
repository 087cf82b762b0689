// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// What a transport must know of a URL before it hands it to curl.
struct UpstreamURL {
    var isSecure: Bool
    /// Scheme, host and port as written: requests with the same origin share connections.
    var origin: Substring
    /// Host and port as written, for messages. The rest of a URL may hold what no message should.
    var authority: Substring

    /// - Throws: `invalid_params` for anything but `http://host…` and `https://host…` in visible ASCII, without a user name.
    init(_ url: String) throws(GatewayFailure) {
        isSecure = url.hasPrefix("https://")
        guard isSecure || url.hasPrefix("http://") else {
            throw GatewayFailure(.invalidParams, "The base URL must start with https:// or http://.")
        }
        let bytes = url.utf8
        let start = bytes.index(bytes.startIndex, offsetBy: isSecure ? 8 : 7)
        let end = bytes[start...].firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? bytes.endIndex
        origin = url[..<end]
        authority = url[start..<end]
        if authority.isEmpty || authority.utf8.contains(0x40) {
            throw GatewayFailure(.invalidParams, "The base URL must name a host, and no user name or password before it.")
        }
        if !bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            throw GatewayFailure(.invalidParams, "A URL may hold visible ASCII characters only; percent-encode the others.")
        }
    }
}
