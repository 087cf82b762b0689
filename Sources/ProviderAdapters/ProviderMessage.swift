// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// The sentence in a provider's error body, wherever the provider puts it; at most 500 characters, on one line.
func providerMessage(_ document: JSONDocument, _ root: JSONNode) -> String? {
    // Vertex wraps its error in an array of one.
    let body = document.kind(root) == .array ? firstElement(document, root) ?? root : root
    let error = document.find("error", in: body)
    let candidates = [
        // OpenRouter: what its own provider said says more than its "Provider returned error".
        error.flatMap { document.find(path: "metadata", "raw", in: $0) },
        error.flatMap { document.find("message", in: $0) },
        error,
        document.find("message", in: body),
        document.find("detail", in: body),
        document.find("errors", in: body),
        document.find("error_message", in: body),
        document.kind(body) == .string ? body : nil,
    ]
    for case let candidate? in candidates {
        if let text = text(document, candidate, depth: 4) { return text }
    }
    return nil
}

/// A string, or the first one that a list or an object of errors (`message`, `msg`, `detail`) holds.
private func text(_ document: JSONDocument, _ node: JSONNode, depth: Int) -> String? {
    if depth == 0 { return nil }
    switch document.kind(node) {
    case .string: return document.string(node).flatMap(oneLine)
    case .array: return firstElement(document, node).flatMap { text(document, $0, depth: depth - 1) }
    case .object:
        let inner = document.find("message", in: node) ?? document.find("msg", in: node) ?? document.find("detail", in: node)
        return inner.flatMap { text(document, $0, depth: depth - 1) }
    default: return nil
    }
}

private func firstElement(_ document: JSONDocument, _ node: JSONNode) -> JSONNode? {
    var elements = document.elements(of: node)
    return elements.next()
}

/// A body that is not JSON says something only when it is a line of plain text: not a page of HTML.
func plainMessage(_ body: [UInt8], _ head: HTTPHead) -> String {
    if head.value("content-type")?.contains("html") ?? false { return "" }
    return oneLine(String(decoding: body.prefix(2000), as: UTF8.self)) ?? ""
}

/// White space and control characters become single spaces; nil when nothing is left.
private func oneLine(_ text: String) -> String? {
    let words = text.unicodeScalars.split { $0.value <= 0x20 || $0.value == 0x7F }
    let line = words.map(String.init).joined(separator: " ")
    if line.isEmpty || line.hasPrefix("<!") || line.hasPrefix("<html") { return nil }
    return line.count > 500 ? line.prefix(500) + "…" : line
}

/// The HTTP status that an error reported with status 200 names: `status_code` (Groq) or `code` (OpenRouter), in the error or
/// beside it.
func reportedStatus(_ document: JSONDocument, _ root: JSONNode) -> Int? {
    for case let object? in [document.find("error", in: root), root] {
        for key in ["status_code", "code", "status"] {
            guard let node = document.find(key, in: object) else { continue }
            if let status = document.int(node) ?? document.string(node).flatMap({ Int($0) }), (400...599).contains(status) {
                return status
            }
        }
    }
    return nil
}

/// OpenAI's word for an account without credit, which it sends with status 429.
func isOutOfCredit(_ document: JSONDocument) -> Bool {
    ["code", "type"].contains { key in
        document.find("error", in: document.root).flatMap { document.find(key, in: $0) }
            .map { document.isString($0, "insufficient_quota") } ?? false
    }
}
