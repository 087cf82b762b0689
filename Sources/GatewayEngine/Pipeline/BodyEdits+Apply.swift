// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import Routing

extension BodyEdits {
    /// Whether the request's bytes have to change. A model alone does not count: dialects put the target's model in anyway.
    var changeBody: Bool {
        !defaults.isEmpty || !dropped.isEmpty || overrides.count > 1 || (overrides.count == 1 && model == nil)
    }

    /// The request with these edits: defaults, then overrides, then what is to go. Every other byte stays as it came.
    func applied(to request: JSONNode, of document: JSONDocument) throws(GatewayFailure) -> JSONDocument {
        var splicer = JSONSplicer(document, within: request)
        for member in defaults where document.find(member.name, in: request) == nil {
            splicer.set(member.name, to: member.value, in: request)
        }
        for member in overrides { splicer.set(member.name, to: member.value, in: request) }
        for path in dropped { splicer.remove(MemberPath(path).steps[...], below: request, of: document) }
        do { return try JSONDocument(splicer.bytes()) } catch {
            throw GatewayFailure(.internalError, "The request was no JSON any more after override_params: \(error).")
        }
    }
}

/// A path of `drop_params`: `metadata.trace`, `messages[0].name`, `tools[*].function.strict`.
private struct MemberPath {
    enum Step {
        case key(String)
        case element(Int)
        case everyElement
    }
    private(set) var steps: [Step] = []

    /// A text that is no such path has no steps, and leads nowhere.
    init(_ text: String) {
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            if let name = pieces.first, !name.isEmpty { steps.append(.key(String(name))) }
            for piece in pieces.dropFirst() {
                let inner = piece.dropLast()
                if piece.last == "]", inner == "*" {
                    steps.append(.everyElement)
                } else if piece.last == "]", let index = Int(inner), index >= 0 {
                    steps.append(.element(index))
                } else {
                    steps = []
                    return
                }
            }
        }
    }
}

extension JSONSplicer {
    /// Takes away the members that a path leads to; where it leads to none, nothing. An element of an array is not taken away:
    /// what stands behind it would move.
    fileprivate mutating func remove(_ path: ArraySlice<MemberPath.Step>, below node: JSONNode, of document: JSONDocument) {
        guard let step = path.first else { return }
        let rest = path.dropFirst()
        switch step {
        case .key(let name) where rest.isEmpty: remove(name, in: node)
        case .key(let name):
            guard let next = document.find(name, in: node) else { return }
            remove(rest, below: next, of: document)
        case .element(let index):
            for (position, element) in document.elements(of: node).enumerated() where position == index {
                remove(rest, below: element, of: document)
            }
        case .everyElement:
            for element in document.elements(of: node) { remove(rest, below: element, of: document) }
        }
    }
}
