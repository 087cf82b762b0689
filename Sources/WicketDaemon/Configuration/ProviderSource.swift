// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters
import WicketProtocol

/// What the file says of one provider, before it is completed from the built-in one that it builds on.
struct ProviderSource: Sendable {
    var id: String?
    var extends: String?
    var baseURL: String?
    var dialect: DialectName?
    /// `none` when the provider takes no key.
    var authField: String?
    var authPrefix: String?
    var headers: [HTTPField] = []
    var paths: [Operation: String] = [:]
    var environmentVariable: String?
    var renames: [String: String] = [:]
    var unsupported: Set<String> = []

    /// Reads the value of `providers`: a mapping of ids to providers, or a list of providers that say their id.
    static func providers(_ node: YAMLNode, catalog: [Provider]) throws(ValueFault) -> [Provider] {
        if node.isNull { return [] }
        var found: [Provider] = []
        var faults: [(mark: SourceMark, message: String)] = []
        for (id, entry) in try entries(node) {
            var reader = MappingReader(keys)
            var source = ProviderSource()
            reader.read(entry, into: &source)
            faults += reader.faults.map { ($0.mark, "\(quoted(id ?? source.id ?? "?")): \($0.message)") }
            if !reader.faults.isEmpty { continue }
            do throws(ValueFault) {
                let provider = try source.completed(id: id, entry, catalog)
                if found.contains(where: { $0.id == provider.id }) {
                    throw ValueFault(entry, "has \(quoted(provider.id)) a second time")
                }
                found.append(provider)
            } catch {
                faults += error.faults
            }
        }
        if !faults.isEmpty { throw ValueFault(faults) }
        return found
    }

    /// The id that the mapping gives, nil in a list, and the provider's own mapping.
    private static func entries(_ node: YAMLNode) throws(ValueFault) -> [(id: String?, entry: YAMLNode)] {
        switch node.content {
        case .mapping(let entries): return entries.map { ($0.name, $0.value) }
        case .sequence(let elements): return elements.map { (nil, $0) }
        case .scalar: throw ValueFault(node, "must be a mapping of ids to providers, not \(node.kind)")
        }
    }

    /// Fills in what is left out from the built-in provider that it names, that has its id, or that speaks its dialect.
    private func completed(id mappingID: String?, _ node: YAMLNode, _ catalog: [Provider]) throws(ValueFault) -> Provider {
        guard let id = mappingID ?? id else { throw ValueFault(node, "has an entry without `id`") }
        if let other = self.id, other != id {
            throw ValueFault(node, "has \(quoted(id)) with another `id` in it: \(quoted(other))")
        }
        guard isProviderID(id) else {
            throw ValueFault(node, "has the id \(quoted(id)), but ids are lower-case letters, digits, `-`, `_` and `.`")
        }
        var provider = try base(id, node, catalog)
        provider.id = id
        guard
            let baseURL = baseURL ?? (provider.baseURL.isEmpty ? nil : provider.baseURL)
                ?? (provider.dialect == .local ? "" : nil)
        else {
            throw ValueFault(
                node, "has \(quoted(id)) without `base_url`; write `base_url: \"\"` if each virtual key brings its own")
        }
        provider.baseURL = baseURL
        if let authField { provider.authField = authField == "none" ? nil : authField }
        provider.authPrefix = authPrefix ?? provider.authPrefix
        provider.environmentVariable = environmentVariable ?? provider.environmentVariable
        provider.headers.removeAll { old in headers.contains { $0.name.lowercased() == old.name.lowercased() } }
        provider.headers += headers
        provider.paths.merge(paths) { $1 }
        provider.parameters.renames.merge(renames) { $1 }
        provider.parameters.unsupported.formUnion(unsupported)
        return provider
    }

    private func base(_ id: String, _ node: YAMLNode, _ catalog: [Provider]) throws(ValueFault) -> Provider {
        if let extends {
            guard var base = catalog.first(where: { $0.id == extends }) else {
                let meant = nearestName(to: extends, among: catalog.map(\.id)).map { "; did you mean \(quoted($0))?" } ?? ""
                throw ValueFault(node, "has \(quoted(id)) extend \(quoted(extends)), which is not a built-in provider\(meant)")
            }
            base.dialect = dialect ?? base.dialect
            return base
        }
        if var own = catalog.first(where: { $0.id == id }) {
            own.dialect = dialect ?? own.dialect
            return own
        }
        // Only the manner of speaking is taken over: neither the address nor the variable of somebody else's provider.
        let dialect = dialect ?? .openai
        var base =
            catalog.first { $0.id == dialect.rawValue }
            ?? {
                var other = Provider.openAICompatible(id: id, baseURL: "")
                other.dialect = dialect
                return other
            }()
        base.baseURL = ""
        base.environmentVariable = nil
        return base
    }

    private func isProviderID(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 64
            && id.utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || "-_.".utf8.contains($0) }
    }
}
