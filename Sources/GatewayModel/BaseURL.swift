// SPDX-License-Identifier: Apache-2.0

/// Where a provider is reached: an origin, which a secret is bound to, and a path prefix. Written in one way only, so that equal
/// places have equal text: scheme and host in lower case, addresses in their short form, default port and last slash left out.
package struct BaseURL: Hashable, Sendable {
    /// `https://host[:port]`.
    package let origin: String
    /// Empty, or `/` and more, without a slash at the end.
    package let path: String

    /// Both together.
    package let text: String

    /// Whether the host is a name that a resolver has to look up: no address, and not `localhost`.
    package let isNamed: Bool

    /// - Parameter name: the parameter that an error names (`base_url`).
    /// - Throws: `invalid_params` with what to write instead.
    package init(_ text: String, parameter name: String = "base_url") throws(GatewayFailure) {
        do throws(Refusal) { try self.init(checking: Array(text.utf8)) } catch {
            throw .invalidParams(name, error.message)
        }
    }

    /// The address of what answers inside of the gateway itself.
    package static let inProcess = BaseURL(origin: "local:", path: "")

    private init(origin: String, path: String, isNamed: Bool = false) {
        self.isNamed = isNamed
        self.origin = origin
        self.path = path
        text = origin + path
    }

    private init(checking text: [UInt8]) throws(Refusal) {
        guard !text.isEmpty, text.count <= 2048 else { throw Refusal("A base URL has 1 to 2048 characters.") }
        guard text.allSatisfy(isURLCharacter) else {
            throw Refusal(
                "A base URL is plain ASCII without spaces, quotes or backslashes; write other characters percent-encoded.")
        }
        guard !text.contains(UInt8(ascii: "?")), !text.contains(UInt8(ascii: "#")) else {
            throw Refusal("A base URL has no query and no fragment; leave out what follows '?' or '#'.")
        }
        guard let (scheme, rest) = splitScheme(text) else {
            throw Refusal("A base URL starts with https://, as in https://api.example.com/v1.")
        }
        let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains(UInt8(ascii: "@")) else {
            throw Refusal("A base URL has no user name or password; the secret belongs in 'secret'.")
        }
        let (hostText, port) = try splitPort(authority)
        guard let host = Host(hostText) else {
            throw Refusal("'\(String(decoding: hostText, as: UTF8.self))' is no host name or address; IPv6 goes in brackets.")
        }
        guard scheme == "https" || host.isLoopback else {
            throw Refusal(
                "Plain http is for loopback addresses only, so that the key never crosses a network unencrypted; use https.")
        }
        let usual = scheme == "https" ? 443 : 80
        let place = "\(scheme)://\(host.text)" + (port.map { $0 == usual ? "" : ":\($0)" } ?? "")
        self.init(origin: place, path: try checkedPath(rest[end...]), isNamed: host.isName && !host.isLoopback)
    }
}

private struct Refusal: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

private func splitScheme(_ text: [UInt8]) -> (scheme: String, rest: ArraySlice<UInt8>)? {
    for scheme in ["https", "http"] {
        let mark = Array("\(scheme)://".utf8)
        if text.count >= mark.count, zip(text, mark).allSatisfy({ lowercased($0) == $1 }) { return (scheme, text[mark.count...]) }
    }
    return nil
}

/// Cuts `:port` off. A colon inside of brackets belongs to the address.
private func splitPort(_ authority: ArraySlice<UInt8>) throws(Refusal) -> (host: ArraySlice<UInt8>, port: Int?) {
    let colon = UInt8(ascii: ":")
    guard let index = authority.lastIndex(of: colon), !authority[index...].contains(UInt8(ascii: "]")) else {
        return (authority, nil)
    }
    let digits = authority[(index + 1)...]
    guard (1...5).contains(digits.count), digits.allSatisfy(isDigit), let port = Int(String(decoding: digits, as: UTF8.self)),
        (1...65_535).contains(port)
    else { throw Refusal("'\(String(decoding: digits, as: UTF8.self))' is no port; it is a number from 1 to 65535.") }
    return (authority[..<index], port)
}

private func checkedPath(_ path: ArraySlice<UInt8>) throws(Refusal) -> String {
    var path = path
    while path.last == UInt8(ascii: "/") { path.removeLast() }
    for segment in path.split(separator: UInt8(ascii: "/"))
    where segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
        throw Refusal("A base URL's path has no '.' or '..' segments.")
    }
    return String(decoding: path, as: UTF8.self)
}

/// Visible ASCII that RFC 3986 allows somewhere in a URL, brackets included.
private func isURLCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"),
        UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
        false
    default: byte > 0x20 && byte < 0x7F
    }
}
