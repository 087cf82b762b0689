// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// One of a cache rule's `vary`: calls that differ in it share no answers.
package enum VaryingField: Sendable, Hashable {
    /// `options.metadata`, by its key.
    case metadata(String)
    /// A header field that the call forwards, by its name in lower case.
    case header(String)
    /// A member of the request; for those that the cache's key leaves out. `user` is short for `params.user`.
    case parameter(String)

    /// - Returns: nil when the text names nothing.
    init?(_ text: String) {
        if text == "user" {
            self = .parameter(text)
            return
        }
        guard let dot = text.firstIndex(of: "."), text.index(after: dot) < text.endIndex else { return nil }
        let name = String(text[text.index(after: dot)...])
        switch text[..<dot] {
        case "metadata": self = .metadata(name)
        case "headers": self = .header(name.lowercased())
        case "params": self = .parameter(name)
        default: return nil
        }
    }

    /// As it stands in a config: `metadata.team`.
    package var name: String {
        switch self {
        case .metadata(let key): "metadata." + key
        case .header(let name): "headers." + name
        case .parameter(let name): "params." + name
        }
    }
}

extension CacheRule {
    /// What `vary` names, with its values in a call: raw JSON of metadata and parameters, the text of a header; nil where the
    /// call has none.
    package func varyingValues(of facts: RoutingFacts) -> [(name: String, value: [UInt8]?)] {
        vary.map { ($0.name, facts.value(of: $0)) }
    }
}

extension RoutingFacts {
    fileprivate func value(of field: VaryingField) -> [UInt8]? {
        switch field {
        case .metadata(let key):
            guard let metadata, let node = metadata.document.find(key, in: metadata.node) else { return nil }
            return Array(metadata.document.raw(node))
        case .parameter(let name):
            return params.document.find(name, in: params.node).map { Array(params.document.raw($0)) }
        case .header(let name):
            return headers.first { $0.0 == name }.map { Array($0.1.utf8) }
        }
    }
}
