// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters
import WicketProtocol

extension ProviderSource {
    /// The keys of one provider, under `providers.NAME.`.
    static var keys: [ConfigurationKey<ProviderSource>] {
        [
            .text("id", \.id, fallback: "the key of the mapping", "Its name in requests; only in the form of a list."),
            .text(
                "extends", type: "the id of a built-in provider", \.extends,
                fallback: "the built-in provider of the same id, if there is one",
                "Takes everything that is left out here from that provider."),
            .baseURL,
            .choice(
                "dialect", DialectName.allCases.map { ($0.rawValue, $0) }, \.dialect, fallback: "openai", "How it is spoken to."),
            .text(
                "auth_header", type: "the name of a header field, or `none`", \.authField, fallback: "authorization",
                "The field that carries the key.", check: { fieldNameProblem($0) }),
            .text(
                "auth_prefix", \.authPrefix, fallback: "`Bearer ` with the blank", "What stands before the key in that field.",
                check: { fieldValueProblem($0) }),
            .headers,
            .paths,
            .text(
                "env", type: "the name of an environment variable", \.environmentVariable, fallback: "none",
                "The variable in which its key is usually found, for `wicket keys import`."),
            .renames,
            ConfigurationKey(
                path: "parameters.unsupported", type: "a list of request parameters", fallback: "none",
                summary: "Parameters that it refuses; they are taken out and named in `gateway.dropped_params`."
            ) { (node, source) throws(ValueFault) in source.unsupported = Set(try textList(node)) },
        ]
    }
}

extension ConfigurationKey<ProviderSource> {
    fileprivate static var baseURL: Self {
        Self(
            path: "base_url", type: "a URL", fallback: "required, unless the provider it builds on has one",
            summary: "Scheme, host and path that the paths are appended to. `http` for loopback addresses only. "
                + "Empty when each key brings its own."
        ) { (node, source) throws(ValueFault) in
            guard case .scalar(var text, let plain) = node.content, !(plain && text.isEmpty) else {
                throw ValueFault(node, "must be a URL, not \(node.kind)")
            }
            while text.hasSuffix("/") { text.removeLast() }
            if !text.isEmpty, let problem = baseURLProblem(text) { throw ValueFault(node, problem) }
            source.baseURL = text
        }
    }

    fileprivate static var headers: Self {
        Self(
            path: "headers", type: "a mapping of field names to values", fallback: "none",
            summary: "Fields that every request to it carries."
        ) { (node, source) throws(ValueFault) in
            for entry in try mapping(node) {
                let value = try checkedText(entry.value, type: "text", check: fieldValueProblem)
                if let problem = fieldNameProblem(entry.name) ?? ownFieldProblem(entry.name) {
                    throw ValueFault([(entry.mark, problem)])
                }
                source.headers.append(HTTPField(entry.name, value))
            }
        }
    }

    fileprivate static var paths: Self {
        Self(
            path: "paths", type: "a mapping of RPC methods to paths", fallback: "the dialect's own",
            summary: "The path of each operation, appended to `base_url`."
        ) { (node, source) throws(ValueFault) in
            for entry in try mapping(node) {
                guard let operation = Operation(rawValue: entry.name) else {
                    let known = Operation.allCases.map(\.rawValue)
                    let meant =
                        nearestName(to: entry.name, among: known).map { "did you mean `\($0)`?" }
                        ?? "it knows \(known.joined(separator: ", "))"
                    throw ValueFault([(entry.mark, "has \(quoted(entry.name)), which is no operation; \(meant)")])
                }
                source.paths[operation] = try checkedText(entry.value, type: "a path") { path in
                    path.hasPrefix("/") && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                        ? nil : "must hold paths that begin with `/`"
                }
            }
        }
    }

    fileprivate static var renames: Self {
        Self(
            path: "parameters.renames", type: "a mapping of request parameters to its names for them", fallback: "none",
            summary: "Parameters of the OpenAI form that it knows by another name."
        ) { (node, source) throws(ValueFault) in
            for entry in try mapping(node) {
                source.renames[entry.name] = try checkedText(entry.value, type: "a name", check: { _ in nil })
            }
        }
    }
}

/// What is wrong with a header field's name, or nil.
func fieldNameProblem(_ name: String) -> String? {
    let isToken = !name.isEmpty && name.utf8.allSatisfy { $0.isASCIIAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    return isToken ? nil : "has \(quoted(name)), which is not a header field's name"
}

func fieldValueProblem(_ value: String) -> String? {
    value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? nil : "has a control character in it, which no header field may hold"
}

/// Fields that are not the user's to set: those that carry keys, and those that frame the request.
func ownFieldProblem(_ name: String) -> String? {
    switch name.lowercased() {
    case "authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie":
        "has \(quoted(name)), which carries a key; keys live in the vault: `wicket keys add`"
    case "content-length", "transfer-encoding", "connection", "host", "upgrade", "te", "expect":
        "has \(quoted(name)), which the gateway sets itself"
    default: nil
    }
}

/// What is wrong with a provider's base URL, or nil.
func baseURLProblem(_ text: String) -> String? {
    do throws(GatewayFailure) { _ = try BaseURL(text) } catch { return error.message }
    return nil
}
