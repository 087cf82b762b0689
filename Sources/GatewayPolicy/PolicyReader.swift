// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Makes a policy of its text, and gathers everything that is wrong on the way.
package struct PolicyReader {
    /// Keeps one policy to a length that can be looked through for each connection.
    static let mostPatterns = 1000
    static let longestPattern = 256

    private let accounts: PolicyAccounts
    /// The methods that there are on the use socket; nil to take any name.
    private let methods: [String]?
    private var faults: [PolicyFault] = []

    private init(accounts: PolicyAccounts, methods: [String]?) {
        self.accounts = accounts
        self.methods = methods
    }

    /// - Parameter methods: those of the use socket, so that a mistyped one is told; nil for a stored policy, which may come from
    ///   another release.
    package static func read(
        _ name: String, _ text: PolicyText, accounts: PolicyAccounts, methods: [String]? = nil
    ) throws(PolicyFaults) -> AccessPolicy {
        var reader = PolicyReader(accounts: accounts, methods: methods)
        let match = reader.match(text.match)
        let (allow, deny) = (reader.lists(text.allow, "allow"), reader.lists(text.deny, "deny"))
        let defaults = reader.defaults(text.defaults)
        if !reader.faults.isEmpty { throw PolicyFaults(reader.faults) }
        return AccessPolicy(name: name, text: text, match: match, allow: allow, deny: deny, defaults: defaults)
    }

    // MARK: Whom

    private mutating func match(_ text: [UInt8]) -> PolicyMatch {
        var match = PolicyMatch()
        let known = PolicyMatch.Field.allCases.map(\.rawValue)
        guard let (document, members) = object(text, "match", known: known) else { return match }
        for (name, node) in members {
            let path = "match.\(name)"
            guard let values = list(node, of: document, path) else { continue }
            if values.isEmpty {
                fault(path, "must not be empty: leave it out to match every \(name)")
                continue
            }
            switch PolicyMatch.Field(rawValue: name) {
            case .uid: match.uids = each(values, path) { $0.id(document, $1, $2) }
            case .user: match.users = each(values, path) { $0.user(document, $1, $2) }
            case .group: match.groups = each(values, path) { $0.group(document, $1, $2) }
            case .unit: match.units = each(values, path) { $0.pattern(document, $1, $2, foldsCase: false) }
            case .cgroup: match.cgroups = each(values, path) { $0.cgroup(document, $1, $2) }
            case nil: break
            }
        }
        return match
    }

    private mutating func id(_ document: JSONDocument, _ node: JSONNode, _ path: String) -> UInt32? {
        // The highest one means "none" to the kernel.
        if let number = document.int(node), let id = UInt32(exactly: number), id != .max { return id }
        return fault(path, "must be a whole number from 0 to 4294967294")
    }

    private mutating func user(_ document: JSONDocument, _ node: JSONNode, _ path: String) -> PolicyMatch.Account? {
        guard let name = text(document, node, path) else { return nil }
        if let id = accounts.userID(name) { return PolicyMatch.Account(name: name, id: id) }
        return fault(path, "names the user '\(name)', which this machine does not have")
    }

    private mutating func group(_ document: JSONDocument, _ node: JSONNode, _ path: String) -> PolicyMatch.Account? {
        if document.kind(node) == .number { return id(document, node, path).map { PolicyMatch.Account(name: nil, id: $0) } }
        guard let name = text(document, node, path) else { return nil }
        if let id = accounts.groupID(name) { return PolicyMatch.Account(name: name, id: id) }
        return fault(path, "names the group '\(name)', which this machine does not have")
    }

    private mutating func cgroup(_ document: JSONDocument, _ node: JSONNode, _ path: String) -> String? {
        guard var prefix = text(document, node, path) else { return nil }
        if !prefix.hasPrefix("/") {
            return fault(path, "must be a path from the root of the control groups, such as /system.slice")
        }
        while prefix.hasSuffix("/") { prefix.removeLast() }
        return prefix
    }

    // MARK: What

    private mutating func lists(_ text: [UInt8], _ part: String) -> AccessLists {
        var lists = AccessLists()
        let known = AccessSubject.allCases.map(\.rawValue)
        guard let (document, members) = object(text, part, known: known) else { return lists }
        for (name, node) in members {
            let path = "\(part).\(name)"
            guard let subject = AccessSubject(rawValue: name), let values = list(node, of: document, path) else { continue }
            lists[subject] = each(values, path) { (reader: inout Self, node, path) in
                // Providers take a model's name in either case, so neither may a list tell them apart.
                guard let pattern = reader.pattern(document, node, path, foldsCase: subject == .models) else { return nil }
                reader.check(pattern, subject, path)
                return pattern
            }
        }
        return lists
    }

    private mutating func check(_ pattern: NamePattern, _ subject: AccessSubject, _ path: String) {
        if pattern.text.hasPrefix("@"), pattern.text != subject.standIn {
            let meant = subject.standIn.map { "; \($0) stands for the caller's own" } ?? ""
            fault(path, "must be a name or a pattern, and '\(pattern.text)' is none\(meant)")
        } else if subject == .methods, let methods, !methods.contains(where: { pattern.matches($0) }) {
            let meant = closestName(to: pattern.text, among: methods).map { "; did you mean '\($0)'?" } ?? ""
            fault(path, "fits no method of the use socket: '\(pattern.text)'\(meant)")
        }
    }

    // MARK: By default

    private mutating func defaults(_ text: [UInt8]) -> PolicyDefaults {
        var defaults = PolicyDefaults()
        let known = ["config", "metadata", "budget", "cache_scope"]
        guard let (document, members) = object(text, "defaults", known: known) else { return defaults }
        for (name, node) in members {
            let path = "defaults.\(name)"
            switch name {
            case "config": defaults.config = config(document, node, path)
            case "metadata": defaults.metadata = metadata(document, node, path)
            case "cache_scope": defaults.cacheScope = cacheScope(document, node, path) ?? .uid
            default: defaults.budget = self.text(document, node, path)
            }
        }
        return defaults
    }

    private mutating func config(_ document: JSONDocument, _ node: JSONNode, _ path: String) -> PolicyDefaults.Config? {
        switch document.kind(node) {
        case .object: return (try? JSONDocument(Array(document.raw(node)))).map { .inline($0) }
        case .string: return text(document, node, path).map { .named($0) }
        default: return fault(path, "must be the name of a saved config, or a config")
        }
    }

    private mutating func cacheScope(_ document: JSONDocument, _ node: JSONNode, _ path: String) -> CacheScope? {
        document.string(node).flatMap(CacheScope.init(rawValue:)) ?? fault(path, "must be uid, policy or host")
    }

    private mutating func metadata(_ document: JSONDocument, _ node: JSONNode, _ path: String) -> JSONDocument? {
        guard document.kind(node) == .object else { return fault(path, "must be an object of texts") }
        refuseDuplicates(in: node, of: document, path)
        for (key, value) in document.members(of: node) {
            let name = document.string(key) ?? ""
            guard let text = document.string(value), text.count <= 128 else {
                fault("\(path).\(name)", "must be a text of at most 128 characters")
                continue
            }
        }
        return try? JSONDocument(Array(document.raw(node)))
    }

    // MARK: Parts

    /// The members of one part that say something, those that are unknown told.
    private mutating func object(
        _ text: [UInt8], _ path: String, known: [String]
    ) -> (document: JSONDocument, members: [(name: String, node: JSONNode)])? {
        guard let document = try? JSONDocument(text), document.kind(document.root) == .object else {
            return fault(path, "must be an object")
        }
        refuseDuplicates(in: document.root, of: document, path)
        var members: [(name: String, node: JSONNode)] = []
        for (key, node) in document.members(of: document.root) {
            let name = document.string(key) ?? ""
            if !known.contains(name) {
                let meant = closestName(to: name, among: known).map { "did you mean '\($0)'?" }
                    ?? "known here: \(known.joined(separator: ", "))"
                fault("\(path).\(name)", "is not known; \(meant)")
            } else if !document.isNull(node) {
                members.append((name, node))
            }
        }
        return (document, members)
    }

    private mutating func refuseDuplicates(in node: JSONNode, of document: JSONDocument, _ path: String) {
        guard let key = document.duplicateKey(in: node) else { return }
        fault("\(path).\(document.string(key) ?? "")", "stands there twice; say it once")
    }

    private mutating func list(_ node: JSONNode, of document: JSONDocument, _ path: String) -> [JSONNode]? {
        guard document.kind(node) == .array else { return fault(path, "must be a list") }
        let values = Array(document.elements(of: node))
        if values.count > Self.mostPatterns { return fault(path, "has more than \(Self.mostPatterns) values") }
        return values
    }

    /// Reads all, so that each that is wrong is told.
    private mutating func each<Value>(
        _ nodes: [JSONNode], _ path: String, _ read: (inout PolicyReader, JSONNode, String) -> Value?
    ) -> [Value] {
        var values: [Value] = []
        for (index, node) in nodes.enumerated() {
            if let value = read(&self, node, "\(path)[\(index)]") { values.append(value) }
        }
        return values
    }

    private mutating func pattern(
        _ document: JSONDocument, _ node: JSONNode, _ path: String, foldsCase: Bool
    ) -> NamePattern? {
        text(document, node, path).map { NamePattern($0, foldsCase: foldsCase) }
    }

    private mutating func text(_ document: JSONDocument, _ node: JSONNode, _ path: String) -> String? {
        guard let text = document.string(node), 1...Self.longestPattern ~= text.utf8.count,
            !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { return fault(path, "must be a text of 1 to \(Self.longestPattern) bytes without control characters") }
        return text
    }

    @discardableResult
    private mutating func fault<Value>(_ path: String, _ message: String) -> Value? {
        fault(path, message)
        return nil
    }

    private mutating func fault(_ path: String, _ message: String) {
        faults.append(PolicyFault(path: path, message: message))
    }
}
