// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// What the processes that it matches may use, and what holds for their calls by default.
///
/// An object, so that what was found out for calls under a policy can be told apart from all else by its identity: a changed
/// policy is another one.
package final class AccessPolicy: Sendable {
    /// Stands in lists of `virtual_keys` for a key that the caller brought itself.
    package static let ownKey = "@own"
    /// Stands in lists of `configs` for one that the caller wrote out.
    package static let inlineConfig = "@inline"
    /// What no policy can take away: to find out what there is, that the daemon lives, and who one is to it.
    package static let alwaysAllowed: Set<String> = ["rpc.discover", "system.ping", "system.whoami"]
    package static let priorities = 0...1000
    package static let defaultPriority = 100

    package let name: String
    /// The parts as they were given.
    package let text: PolicyText
    package let match: PolicyMatch
    /// A list admits only what it names; where there is none, everything is.
    package let allow: AccessLists
    /// Goes before `allow`.
    package let deny: AccessLists
    package let defaults: PolicyDefaults
    /// Why a stored policy cannot be read any more, or nil.
    package let problem: String?

    package init(
        name: String, text: PolicyText = PolicyText(), match: PolicyMatch = PolicyMatch(), allow: AccessLists = AccessLists(),
        deny: AccessLists = AccessLists(), defaults: PolicyDefaults = PolicyDefaults()
    ) {
        self.name = name
        self.text = text
        self.match = match
        self.allow = allow
        self.deny = deny
        self.defaults = defaults
        problem = nil
    }

    /// A stored policy that cannot be read: whom it was for is not known, so it is for everyone, and it allows nothing. To pass
    /// it over would let those in whom it was to keep out.
    package init(unreadable name: String, text: PolicyText, problem: String) {
        self.name = name
        self.text = text
        self.problem = problem
        match = PolicyMatch()
        allow = .empty
        deny = AccessLists()
        defaults = PolicyDefaults()
    }

    // MARK: What it permits

    /// - Throws: `permission_denied` that says what was refused and what is allowed.
    package func checkMethod(_ name: String) throws(GatewayFailure) {
        if allow.methods == nil, deny.methods == nil { return }
        if permits(.methods, name) || Self.alwaysAllowed.contains(name) { return }
        throw refusal(.methods, name, path: nil)
    }

    /// - Parameter name: a saved config's, or `inlineConfig`.
    package func checkConfig(_ name: String) throws(GatewayFailure) {
        if permits(.configs, name) || defaults.config?.name == name { return }
        throw refusal(.configs, name, path: "options.config")
    }

    /// - Parameter name: a virtual key's, or `ownKey`.
    package func checkKey(_ name: String, path: String) throws(GatewayFailure) {
        if !permits(.virtualKeys, name) { throw refusal(.virtualKeys, name, path: path) }
    }

    package func checkProvider(_ id: String, path: String) throws(GatewayFailure) {
        if !permits(.providers, id) { throw refusal(.providers, id, path: path) }
    }

    /// Whether it says anything of models.
    package var limitsModels: Bool { allow.models != nil || deny.models != nil }

    /// A list may name a model as it is asked for or as the provider calls it, each also with the provider before it.
    package func checkModel(asked: String, resolved: String, provider: String, path: String) throws(GatewayFailure) {
        if !limitsModels { return }
        var names = [asked, provider + "/" + asked]
        if resolved != asked { names += [resolved, provider + "/" + resolved] }
        let isDenied = names.contains { fits($0, deny.models) }
        let isAllowed = allow.models == nil || names.contains { fits($0, allow.models) }
        if isDenied || !isAllowed { throw refusal(.models, asked, path: path) }
    }

    private func permits(_ subject: AccessSubject, _ name: String) -> Bool {
        if fits(name, deny[subject]) { return false }
        return allow[subject] == nil || fits(name, allow[subject])
    }

    private func fits(_ name: String, _ patterns: [NamePattern]?) -> Bool {
        guard let patterns else { return false }
        return patterns.contains { $0.matches(name) }
    }

    // MARK: What it says to those it refuses

    private static let mostNamed = 12

    private func refusal(_ subject: AccessSubject, _ name: String, path: String?) -> GatewayFailure {
        if let problem {
            return GatewayFailure(
                .permissionDenied,
                "The policy '\(self.name)' cannot be read and refuses everything until it is written anew: \(problem)",
                path: path)
        }
        let what = name == subject.standIn ? "\(subject.noun)s of the caller's own (\(name))" : "the \(subject.noun) \(name)"
        return GatewayFailure(
            .permissionDenied, "The policy '\(self.name)' does not allow \(what): \(limits(of: subject)).", path: path)
    }

    /// What of a subject is allowed, in words.
    private func limits(of subject: AccessSubject) -> String {
        let denied = deny[subject].flatMap { $0.isEmpty ? nil : Self.named($0) }
        switch (allow[subject], denied) {
        case (nil, let denied?): return "it allows all but \(denied)"
        case (let allowed?, let denied?) where !allowed.isEmpty: return "it allows \(Self.named(allowed)), but not \(denied)"
        case (let allowed?, _) where !allowed.isEmpty: return "it allows \(Self.named(allowed))"
        default: return "it allows none"
        }
    }

    private static func named(_ patterns: [NamePattern]) -> String {
        let shown = patterns.prefix(mostNamed).map(\.text).joined(separator: ", ")
        return patterns.count > mostNamed ? "\(shown) and \(patterns.count - mostNamed) more" : shown
    }
}
