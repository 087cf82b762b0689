// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// What is wrong in a catalog document, and where (`providers[3].base_url`).
package struct CatalogError: Error, Equatable, Sendable {
    package var path: String
    package var message: String
}

extension ProviderCatalog {
    /// Reads a document in the form of `Resources/providers.schema.json`. Strict: an unknown key, a wrong type, an unknown
    /// dialect or operation, an id that occurs twice are errors.
    package init(parsing text: [UInt8]) throws(CatalogError) {
        let document: JSONDocument
        do { document = try JSONDocument(text) } catch { throw CatalogError(path: "", message: "\(error)") }
        let root = EntryReader(document: document, node: document.root, path: "")
        try root.allow(["$schema", "providers"])
        guard let list = document.find("providers", in: document.root), document.kind(list) == .array else {
            throw root.error("providers", "must be an array")
        }
        var seen = Set<String>()
        var providers: [Provider] = []
        for (index, node) in document.elements(of: list).enumerated() {
            let reader = EntryReader(document: document, node: node, path: "providers[\(index)]")
            let provider = try reader.provider()
            if !seen.insert(provider.id).inserted { throw reader.error("id", "`\(provider.id)` occurs twice") }
            providers.append(provider)
        }
        self.init(providers)
    }
}

/// Reads one object of the document; errors name the place.
private struct EntryReader {
    let document: JSONDocument
    let node: JSONNode
    let path: String

    func provider() throws(CatalogError) -> Provider {
        try allow([
            "id", "base_url", "dialect", "auth", "headers", "paths", "parameters", "environment_variable", "model_aliases",
            "query", "secret",
        ])
        var provider = Provider.openAICompatible(id: try text("id"), baseURL: try text("base_url"))
        if provider.baseURL.hasSuffix("/") { throw error("base_url", "must not end in a slash") }
        if has("dialect") { provider.dialect = try dialect() }
        if let auth = document.find("auth", in: node) { try read(auth, into: &provider) }
        provider.headers = try strings("headers").sorted { $0.key < $1.key }.map { HTTPField($0.key, $0.value) }
        if has("paths") { provider.paths = try paths() }
        if let rules = document.find("parameters", in: node) {
            provider.parameters = try EntryReader(document: document, node: rules, path: place("parameters")).parameters()
        }
        if has("environment_variable") { provider.environmentVariable = try text("environment_variable") }
        provider.modelAliases = try strings("model_aliases")
        if has("query") { provider.query = try text("query") }
        if has("secret") { provider.secret = try secret() }
        return provider
    }

    private func dialect() throws(CatalogError) -> DialectName {
        let name = try text("dialect")
        guard let dialect = DialectName(rawValue: name) else { throw error("dialect", "`\(name)` is no dialect") }
        return dialect
    }

    private func secret() throws(CatalogError) -> SecretKind {
        let name = try text("secret")
        guard let kind = SecretKind(rawValue: name) else { throw error("secret", "`\(name)` is no kind of secret") }
        return kind
    }

    private func read(_ auth: JSONNode, into provider: inout Provider) throws(CatalogError) {
        if document.isNull(auth) {
            provider.authField = nil
            provider.authPrefix = ""
            return
        }
        let reader = EntryReader(document: document, node: auth, path: place("auth"))
        try reader.allow(["header", "prefix"])
        provider.authField = try reader.text("header")
        provider.authPrefix = try reader.text("prefix")
    }

    private func paths() throws(CatalogError) -> [Operation: String] {
        var paths: [Operation: String] = [:]
        for (name, path) in try strings("paths") {
            guard let operation = Operation(rawValue: name) else { throw error("paths.\(name)", "no such operation") }
            if !path.hasPrefix("/") { throw error("paths.\(name)", "must start with a slash") }
            paths[operation] = path
        }
        return paths
    }

    private func parameters() throws(CatalogError) -> ParameterRules {
        try allow(["renames", "unsupported", "limits"])
        var rules = ParameterRules(renames: try strings("renames"))
        for element in try array("unsupported") {
            guard let name = document.string(element) else { throw error("unsupported", "must hold strings") }
            rules.unsupported.insert(name)
        }
        guard let limits = document.find("limits", in: node) else { return rules }
        for member in document.members(of: limits) {
            let name = document.string(member.key) ?? ""
            let bounds = document.elements(of: member.value).map { document.double($0) }
            guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low <= high else {
                throw error("limits.\(name)", "must be [lowest, highest]")
            }
            rules.limits[name] = low...high
        }
        return rules
    }

    // MARK: Values

    func allow(_ keys: Set<String>) throws(CatalogError) {
        guard document.kind(node) == .object else { throw CatalogError(path: path, message: "must be an object") }
        if let key = document.duplicateKey(in: node) { throw error(document.string(key) ?? "", "occurs twice") }
        for member in document.members(of: node) {
            let key = document.string(member.key) ?? ""
            if !keys.contains(key) { throw error(key, "is not known") }
        }
    }

    func has(_ key: String) -> Bool { document.find(key, in: node) != nil }

    func text(_ key: String) throws(CatalogError) -> String {
        guard let value = document.find(key, in: node).flatMap(document.string) else { throw error(key, "must be a string") }
        return value
    }

    private func strings(_ key: String) throws(CatalogError) -> [String: String] {
        guard let object = document.find(key, in: node) else { return [:] }
        if document.kind(object) != .object { throw error(key, "must be an object") }
        if let twice = document.duplicateKey(in: object) { throw error("\(key).\(document.string(twice) ?? "")", "occurs twice") }
        var result: [String: String] = [:]
        for member in document.members(of: object) {
            guard let name = document.string(member.key), let value = document.string(member.value) else {
                throw error(key, "must hold strings")
            }
            result[name] = value
        }
        return result
    }

    private func array(_ key: String) throws(CatalogError) -> JSONElements {
        // Without the key: the elements of an object, which are none.
        guard let list = document.find(key, in: node) else { return document.elements(of: node) }
        if document.kind(list) != .array { throw error(key, "must be an array") }
        return document.elements(of: list)
    }

    private func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func error(_ key: String, _ message: String) -> CatalogError { CatalogError(path: place(key), message: message) }
}
