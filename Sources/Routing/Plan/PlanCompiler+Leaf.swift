// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// What a leaf says of its provider and key, and what any node says of the body and header fields.
extension PlanCompiler {
    /// Members of `override_params` and `default_params`, names in `drop_params`: no API has as many parameters.
    static let mostParameters = 64

    mutating func leaf(_ object: ConfigObject<NodeKey>, _ heir: PlanTarget) throws(GatewayFailure) -> PlanTarget {
        guard targets.count < Self.mostTargets else {
            throw object.value.fault("is one target too many: a config has at most \(Self.mostTargets).")
        }
        bytes += PlanTarget.roughBytes + heir.edits.roughBytes
        guard bytes <= Self.mostBytes else {
            throw object.value.fault(
                "makes the plan larger than \(Self.mostBytes >> 20) MB, since each target has all parameters of its parents too: "
                    + "write fewer targets, or fewer parameters above them.")
        }
        var target = heir
        target.virtualKey = try object[.virtualKey]?.string()
        target.apiKey = try object[.apiKey]?.secret()
        guard let value = object[.provider] else { return target }
        let provider = try value.string()
        guard provider.utf8.first == UInt8(ascii: "@") else {
            target.provider = provider
            return target
        }
        // Portkey's newer way to name a virtual key.
        let slug = String(provider.dropFirst())
        if slug.isEmpty { throw value.fault("names no virtual key after the @.") }
        if let other = target.virtualKey, other != slug {
            let (one, two) = (shortened(slug), shortened(other))
            throw value.fault("names the virtual key \(one), and virtual_key beside it names \(two): keep one of the two.")
        }
        target.virtualKey = slug
        return target
    }

    mutating func applyEdits(of object: ConfigObject<NodeKey>, to heir: inout PlanTarget) throws(GatewayFailure) {
        if let value = object[.overrideParams] {
            let model = try merge(value, into: &heir.edits.overrides)
            if let model { heir.edits.model = try takenModel(model, inPlaceOf: heir.edits.model) }
        }
        if let value = object[.defaultParams] {
            let model = try merge(value, into: &heir.edits.defaults)
            if let model { heir.edits.defaultModel = try takenModel(model, inPlaceOf: heir.edits.defaultModel) }
        }
        if let value = object[.dropParams] {
            for element in try value.elements("a list of parameter names") {
                let name = try element.string()
                if name == "model" {
                    warnings.add(element, "has no effect: a target needs a model.")
                } else if !isMemberPath(name) {
                    warnings.add(element, "is no path: names stand between single dots, as in tools[*].function.strict.")
                }
                if heir.edits.dropped.contains(name) { continue }
                guard heir.edits.dropped.count < Self.mostParameters else {
                    throw value.fault("has too many names: at most \(Self.mostParameters), those of the parents included.")
                }
                heir.edits.dropped.append(name)
            }
        }
    }

    /// `null` takes back what a parent says, and does nothing else.
    private mutating func takenModel(
        _ value: ConfigValue, inPlaceOf inherited: String?
    ) throws(GatewayFailure) -> String? {
        if value.kind != .null { return try value.string() }
        if inherited == nil { warnings.add(value, "has no effect: a target needs a model.") }
        return nil
    }

    /// Shallow: a child's member takes the place of its parent's.
    /// - Returns: the member `model`, if it is there.
    private mutating func merge(_ value: ConfigValue, into members: inout [BodyMember]) throws(GatewayFailure) -> ConfigValue? {
        var model: ConfigValue?
        for (key, node) in try value.members("an object of request fields, as in {\"temperature\": 0}") {
            let name = value.document.string(key) ?? ""
            let member = value.with(node)
            if name == "model" { model = member }
            if value.document.isString(node, "portkey-default") {
                warnings.add(member, "is sent as the text portkey-default: Wicket has no default to put in its place.")
            }
            let edit = BodyMember(name: name, value: Array(value.document.raw(node)))
            if let index = members.firstIndex(where: { $0.name == name }) {
                members[index] = edit
            } else {
                members.append(edit)
            }
            guard members.count <= Self.mostParameters else {
                throw value.fault("has too many members: at most \(Self.mostParameters), those of the parents included.")
            }
        }
        return model
    }

    /// In lower case. `[]` is none at all, though the parent has some.
    func forwardedNames(_ value: ConfigValue) throws(GatewayFailure) -> [String] {
        var names: [String] = []
        for element in try value.elements("a list of header names, as in [\"x-request-id\"]") {
            let name = try element.string().lowercased()
            guard name.utf8.allSatisfy(isTokenCharacter) else { throw element.fault("is no name of a header field.") }
            guard name != "x-portkey-forward-headers" else {
                throw element.fault("cannot be forwarded: it names what to forward.")
            }
            names.append(name)
        }
        return names
    }
}

/// `metadata.trace`, `tools[*].function.strict`.
private func isMemberPath(_ text: String) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
        return pieces[0].isEmpty == false && pieces.dropFirst().allSatisfy { piece in
            piece.last == "]" && (piece.dropLast() == "*" || Int(piece.dropLast()).map { $0 >= 0 } == true)
        }
    }
}

/// RFC 9110's `tchar`.
private func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

private let providerOptionPrefixes = [
    "openai_", "azure_", "aws_", "amzn_sagemaker_", "vertex_", "workers_ai_", "huggingface_", "snowflake_", "fireworks_",
    "oracle_", "stability_", "mistral_", "anthropic_",
]

/// Sorts a node's unknown members into options of single providers and the rest.
func providerOptions(
    in unknown: [(name: String, value: ConfigValue)]
) -> (options: [ConfigValue], others: [(name: String, value: ConfigValue)]) {
    if unknown.isEmpty { return ([], []) }
    var options: [ConfigValue] = []
    var others: [(name: String, value: ConfigValue)] = []
    for (name, value) in unknown {
        if providerOptionPrefixes.contains(where: snakeCase(name).hasPrefix) {
            options.append(value)
        } else {
            others.append((name, value))
        }
    }
    return (options, others)
}
