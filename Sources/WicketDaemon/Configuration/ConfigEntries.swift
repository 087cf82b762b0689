// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import WicketProtocol

extension ConfigurationKey<ConfigurationSource> {
    static var configs: Self {
        Self(
            path: "configs", type: "a mapping of names to routing configs, written as YAML or as JSON text", fallback: "none",
            summary: "Routing configs that calls name as `options.config`, beside those saved with `wicket configs create`."
        ) { (node, source) throws(ValueFault) in
            source.configs = try savedConfigs(node)
        }
    }
}

/// Reads and compiles all of them.
private func savedConfigs(_ node: YAMLNode) throws(ValueFault) -> [SavedConfig] {
    if node.isNull { return [] }
    var configs: [SavedConfig] = []
    var faults: [(mark: SourceMark, message: String)] = []
    for entry in try mapping(node) {
        do throws(ValueFault) { configs.append(try savedConfig(entry)) } catch { faults += error.faults }
    }
    if !faults.isEmpty { throw ValueFault(faults) }
    return configs
}

private func savedConfig(_ entry: YAMLEntry) throws(ValueFault) -> SavedConfig {
    guard EntryName.isValid(entry.name) else {
        throw ValueFault([
            (
                entry.mark,
                "has the name \(quoted(entry.name)), but names are 1 to 128 letters, digits, `.`, `_` or `-`, the first a letter "
                    + "or a digit"
            )
        ])
    }
    let text: [UInt8]
    switch entry.value.content {
    case .mapping: text = json(entry.value.write)
    case .scalar(let scalar, _) where scalar.utf8.first == UInt8(ascii: "{"): text = Array(scalar.utf8)
    case .scalar, .sequence:
        throw ValueFault(entry.value, "has \(quoted(entry.name)) as \(entry.value.kind): a config is a mapping, or JSON text")
    }
    do throws(GatewayFailure) {
        return try SavedConfig(fromFile: entry.name, json: text, digest: configDigest(text), path: "configs.\(entry.name)")
    } catch {
        let place = quoted(error.path ?? "")
        throw ValueFault(entry.value, "has \(quoted(entry.name)), which is wrong at \(place): \(error.message)")
    }
}
