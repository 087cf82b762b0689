// SPDX-License-Identifier: Apache-2.0

/// Where a provider is reached: scheme, host and port, which a key is bound to, and a path that is put before each operation's.
///
/// Only `https` is taken, and `http` for loopback addresses, so that no key ever crosses a network in the open.
package struct BaseURL: Sendable, Equatable {
    /// `https://host[:port]`: lower case, the scheme's own port left out.
    package let origin: String
    /// Empty, or starting with a slash and ending without one.
    package let path: String
    package var text: String { origin + path }

    /// - Throws: `invalid_params` with `parameter` as its path and what to write instead.
    package init(_ text: String, parameter: String = "base_url") throws(GatewayFailure) {
        func fault(_ what: String) -> GatewayFailure { .invalidParams(parameter, "\(parameter) \(what)") }
        let lower = text.lowercased()
        let scheme = lower.hasPrefix("https://") ? "https" : lower.hasPrefix("http://") ? "http" : ""
        if scheme.isEmpty { throw fault("must start with https:// (or http:// for a loopback address).") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw fault("must be plain ASCII without spaces or backslashes.")
        }
        let rest = text.dropFirst(scheme.utf8.count + 3)
        if rest.contains("?") || rest.contains("#") { throw fault("must have no query and no fragment.") }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash].lowercased()
        if authority.contains("@") { throw fault("must carry no user name or password: the key belongs into the vault.") }
        guard let (host, port) = Self.split(authority) else { throw fault("has no host, or a port outside 1 to 65535.") }
        if scheme == "http", !Self.isLoopback(host) {
            throw fault("may be plain http for a loopback address only: use https.")
        }
        let isDefaultPort = port == nil || port == (scheme == "https" ? 443 : 80)
        origin = "\(scheme)://\(host)" + (isDefaultPort ? "" : ":\(port ?? 0)")
        path = Self.trimmed(rest[slash...])
    }

    private init(origin: String, path: String) {
        self.origin = origin
        self.path = path
    }

    /// The address of what answers inside the gateway itself.
    package static let inProcess = BaseURL(origin: "local:", path: "")

    private static func trimmed(_ path: Substring) -> String {
        var path = path
        while path.last == "/" { path.removeLast() }
        return String(path)
    }

    /// `host[:port]`, an IPv6 address in brackets.
    private static func split(_ authority: String) -> (host: String, port: Int?)? {
        var host = Substring(authority)
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            host = authority[...bracket]
            let behind = authority[authority.index(after: bracket)...]
            if !behind.isEmpty {
                guard behind.first == ":" else { return nil }
                portText = behind.dropFirst()
            }
            guard host.count > 2, host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty, host.hasPrefix("[") || host.utf8.allSatisfy(isHostByte) else { return nil }
        guard let portText else { return (String(host), nil) }
        guard let port = Int(portText), (1...65_535).contains(port), portText.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return (String(host), port)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Only spellings that every resolver takes for loopback: a name or number that merely might be is not one.
    package static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "127" else { return false }
        return parts.allSatisfy { part in
            guard let value = UInt8(part) else { return false }
            return String(value) == part
        }
    }
}
