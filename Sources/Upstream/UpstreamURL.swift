// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// What a transport must know of a URL before it hands it to curl.
struct UpstreamURL {
    let isSecure: Bool
    private let url: String
    private let hostRange: Range<Int>

    /// - Throws: `invalid_params` for anything but `http://host…` and `https://host…` in visible ASCII, without a user name.
    init(_ url: String) throws(GatewayFailure) {
        var url = url
        let parts = url.withUTF8 { Self.parse($0) }
        guard let parts else {
            throw GatewayFailure(
                .invalidParams,
                "A URL is https:// or http://, a host without a user name, and a path in visible ASCII; percent-encode the rest.")
        }
        self.url = url
        (isSecure, hostRange) = parts
    }

    /// Scheme, host and port as written: requests to the same origin share connections.
    var origin: String { text(0..<hostRange.upperBound) }

    /// Host and port as written, for messages. The rest of a URL may hold what no message should.
    var authority: String { text(hostRange) }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: url.utf8.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
    }

    private static func starts(_ url: UnsafeBufferPointer<UInt8>, with scheme: StaticString) -> Bool {
        url.starts(with: UnsafeBufferPointer(start: scheme.utf8Start, count: scheme.utf8CodeUnitCount))
    }

    private static func parse(_ url: UnsafeBufferPointer<UInt8>) -> (isSecure: Bool, host: Range<Int>)? {
        let isSecure = starts(url, with: "https://")
        guard isSecure || starts(url, with: "http://") else { return nil }
        let start = isSecure ? 8 : 7
        var refused: UInt8 = 0
        for byte in url { refused |= byte <= 0x20 || byte >= 0x7F ? 1 : 0 }
        var end = start
        while end < url.count, url[end] != 0x2F, url[end] != 0x3F, url[end] != 0x23 {
            if url[end] == 0x40 { return nil }
            end += 1
        }
        return refused == 0 && end > start ? (isSecure, start..<end) : nil
    }
}
