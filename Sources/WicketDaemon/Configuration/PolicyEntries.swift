// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayPolicy
import WicketProtocol

extension ConfigurationKey<ConfigurationSource> {
    static func policies(_ accounts: PolicyAccounts) -> Self {
        Self(
            path: "policies", type: "a list of policies", fallback: "none: whoever can open the use socket may use all of it",
            summary: "Who may use what. The first that matches counts; those made with `wicket policy create` come after these."
        ) { (node, source) throws(ValueFault) in
            source.policies = try filePolicies(node, accounts)
        }
    }
}

/// The methods that a policy can be about.
let useMethods = RPCMethods.all.filter { $0.socket != .admin && !$0.name.hasPrefix("$/") }.map(\.name)

private typealias Mark = (mark: SourceMark, message: String)

private func filePolicies(_ node: YAMLNode, _ accounts: PolicyAccounts) throws(ValueFault) -> [AccessPolicy] {
    if node.isNull { return [] }
    guard case .sequence(let elements) = node.content else {
        throw ValueFault(node, "must be a list of policies, the first to be asked at the top, not \(node.kind)")
    }
    var policies: [AccessPolicy] = []
    var faults: [Mark] = []
    for element in elements {
        do throws(ValueFault) {
            let policy = try filePolicy(element, accounts)
            if policies.contains(where: { $0.name == policy.name }) {
                throw ValueFault(element, "has two policies with the name \(quoted(policy.name))")
            }
            policies.append(policy)
        } catch { faults += error.faults }
    }
    if !faults.isEmpty { throw ValueFault(faults) }
    return policies
}

private func filePolicy(_ node: YAMLNode, _ accounts: PolicyAccounts) throws(ValueFault) -> AccessPolicy {
    var name: String?
    var text = PolicyText()
    var faults: [Mark] = []
    for entry in try mapping(node) {
        switch entry.name {
        case "name": name = entry.value.text
        case "match": text.match = part(entry.value)
        case "allow": text.allow = part(entry.value)
        case "deny": text.deny = part(entry.value)
        case "defaults": text.defaults = part(entry.value)
        case "priority":
            faults.append((entry.mark, "has a `priority`: in the file the order of the policies counts; leave it out"))
        default: faults.append((entry.mark, unknown(entry.name)))
        }
    }
    guard let name, EntryName.isValid(name) else {
        let place = entry("name", of: node)?.value ?? node
        throw ValueFault(
            faults + [
                (
                    place.mark,
                    "has a policy without a good `name`: 1 to 128 letters, digits, `.`, `_` or `-`, the first a letter or a digit"
                )
            ])
    }
    do throws(PolicyFaults) {
        let policy = try PolicyCheck.read(name, text, accounts: accounts, methods: useMethods)
        if faults.isEmpty { return policy }
    } catch {
        for fault in error.faults {
            faults.append((mark(of: fault.path, in: node), "has \(quoted(name)), where \(quoted(fault.path)) \(fault.message)"))
        }
    }
    throw ValueFault(faults)
}

/// As JSON; nothing at all counts as an object without members.
private func part(_ node: YAMLNode) -> [UInt8] { node.isNull ? PolicyText.nothing : json(node.write) }

private func unknown(_ name: String) -> String {
    let known = ["name", "match", "allow", "deny", "defaults"]
    let meant = nearestName(to: name, among: known).map { "did you mean `\($0)`?" }
        ?? "known here: \(known.joined(separator: ", "))"
    return "has a policy with \(quoted(name)), which is not a key; \(meant)"
}

private func entry(_ name: some StringProtocol, of node: YAMLNode) -> YAMLEntry? {
    guard case .mapping(let entries) = node.content else { return nil }
    return entries.first { $0.name == name }
}

/// Where a fault's path (`match.uid[0]`) leads to, as far as it can be followed.
private func mark(of path: String, in node: YAMLNode) -> SourceMark {
    var (node, mark) = (node, node.mark)
    for step in path.split(separator: ".") {
        let parts = step.split(separator: "[")
        guard let name = parts.first, let entry = entry(name, of: node) else { return mark }
        (node, mark) = (entry.value, entry.mark)
        for index in parts.dropFirst().compactMap({ Int($0.dropLast()) }) {
            guard case .sequence(let elements) = node.content, elements.indices.contains(index) else { return mark }
            (node, mark) = (elements[index], elements[index].mark)
        }
    }
    return mark
}
