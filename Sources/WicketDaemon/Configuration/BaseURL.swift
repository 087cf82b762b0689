// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a provider's base URL, or nil. Keys are bound to its origin, so what one reader could take for another
/// host is refused.
func baseURLProblem(_ text: String) -> String? {
    let isSecure = text.hasPrefix("https://")
    guard isSecure || text.hasPrefix("http://") else { return "must begin with https://, not \(quoted(text))" }
    let allowed = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
    if !allowed || text.contains("?") || text.contains("#") {
        return "must be a plain URL without query and fragment, not \(quoted(text))"
    }
    let authority = text.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" }
    if authority.contains("@") { return "must not have a user or password in it; keys live in the vault: `wicket keys add`" }
    guard let (host, port) = splitAuthority(authority), isHost(host) else { return "names no host: \(quoted(text))" }
    if let port, UInt16(port).map({ $0 > 0 }) != true { return "has a port that is not 1 to 65535: \(quoted(text))" }
    if !isSecure, !isLoopback(host) { return "must begin with https://: only a loopback address may do without TLS" }
    return nil
}

/// `host:port` or `[address]:port`; the brackets stay.
private func splitAuthority(_ authority: Substring) -> (host: Substring, port: Substring?)? {
    if authority.first == "[" {
        guard let close = authority.firstIndex(of: "]") else { return nil }
        let host = authority[...close]
        let rest = authority[authority.index(after: close)...]
        if rest.isEmpty { return (host, nil) }
        return rest.first == ":" ? (host, rest.dropFirst()) : nil
    }
    guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
    return (authority[..<colon], authority[authority.index(after: colon)...])
}

private func isHost(_ host: Substring) -> Bool {
    let inner = host.first == "[" ? host.dropFirst().dropLast() : host
    let isAddress = host.first == "["
    return !inner.isEmpty
        && inner.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "."): true
            case UInt8(ascii: ":"): isAddress
            case UInt8(ascii: "-"), UInt8(ascii: "_"): !isAddress
            default: byte.isASCIIAlphanumeric
            }
        }
}

private func isLoopback(_ host: Substring) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
}
