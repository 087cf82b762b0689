// SPDX-License-Identifier: Apache-2.0
import WicketProtocol

/// Reads a mapping by a table of keys, and gathers everything that is wrong on the way.
struct MappingReader<Root> {
    let keys: [ConfigurationKey<Root>]
    private(set) var faults: [(mark: SourceMark, message: String)] = []

    init(_ keys: [ConfigurationKey<Root>]) { self.keys = keys }

    /// - Parameter prefix: the path of `node` with a dot behind it, or empty at the root of the table.
    mutating func read(_ node: YAMLNode, into root: inout Root, prefix: String = "") {
        // `limits:` with everything under it commented out.
        if node.isNull { return }
        guard case .mapping(let entries) = node.content else {
            let name = prefix.isEmpty ? "this" : quoted(String(prefix.dropLast()))
            return faults.append((node.mark, "\(name) must be a mapping of keys to values, not \(node.kind)"))
        }
        for entry in entries { read(entry, into: &root, prefix: prefix) }
    }

    private mutating func read(_ entry: YAMLEntry, into root: inout Root, prefix: String) {
        let path = prefix + entry.name
        if let key = keys.first(where: { $0.path == path }) {
            do throws(ValueFault) {
                try key.read(entry.value, &root)
            } catch {
                faults += error.faults.map { fault in (fault.mark, "\(quoted(path)) \(fault.message)") }
            }
        } else if keys.contains(where: { $0.path.hasPrefix(path + ".") }) {
            read(entry.value, into: &root, prefix: path + ".")
        } else {
            faults.append((entry.mark, unknown(entry.name, prefix: prefix)))
        }
    }

    private func unknown(_ name: String, prefix: String) -> String {
        let path = quoted(prefix + name)
        if name.lowercased().contains("api_key") || name.lowercased().contains("secret") {
            return "\(path) is not a key; provider keys live in the vault: `wicket keys add`"
        }
        let siblings = Set(
            keys.filter { $0.path.hasPrefix(prefix) }.map { String($0.path.dropFirst(prefix.count).prefix { $0 != "." }) })
        if let meant = nearestName(to: name, among: siblings) { return "\(path) is not a key; did you mean `\(prefix)\(meant)`?" }
        // The right name in the wrong place: `level` instead of `log.level`.
        if let elsewhere = keys.first(where: { $0.path.hasSuffix("." + name) }) {
            return "\(path) is not a key; did you mean `\(elsewhere.path)`?"
        }
        return "\(path) is not a key; known here: \(siblings.sorted().joined(separator: ", "))"
    }
}
