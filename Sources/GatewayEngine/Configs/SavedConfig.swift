// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import JSONBytes
package import Routing

/// One version of a config with a name, and what became of it when it was compiled.
package struct SavedConfig: Sendable {
    package internal(set) var row: ConfigRow
    /// The failure of a stored config that this release cannot follow: calls that name it get that.
    package let plan: Result<Plan, GatewayFailure>
    /// Whether it stands in the configuration file and not in the database.
    package let isFromFile: Bool

    /// A row as it was stored.
    package init(_ row: ConfigRow) {
        self.row = row
        isFromFile = false
        plan = Result { () throws(GatewayFailure) in try Self.compile(row.json, path: "config") }.mapError { failure in
            .invalidParams(
                "options.config",
                "The config '\(row.name)', version \(row.version), cannot be followed: \(failure.message) Update it.")
        }
    }

    init(_ row: ConfigRow, _ plan: Plan) {
        self.row = row
        self.plan = .success(plan)
        isFromFile = false
    }

    /// A config of the configuration file; its version is 1 always. Its time is when it comes into use.
    /// - Parameter path: how it is named there, for errors (`configs.resilient`).
    package init(fromFile name: String, json: [UInt8], digest: String, path: String) throws(GatewayFailure) {
        row = ConfigRow(name: name, version: 1, json: json, digest: digest, createdAtMilliseconds: 0)
        plan = .success(try Self.compile(json, path: path))
        isFromFile = true
    }

    package var warnings: [String] { (try? plan.get())?.warnings ?? [] }

    /// Why calls cannot follow it, or nil.
    package var problem: String? {
        if case .failure(let failure) = plan { failure.message } else { nil }
    }

    /// Compiles a config that is going to be stored.
    /// - Throws: `invalid_params`, also for one that says a key.
    static func compile(_ json: [UInt8], path: String = "params.config") throws(GatewayFailure) -> Plan {
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(json) } catch {
            throw .invalidParams(path, "\(path) is not JSON: \(error)")
        }
        try refuseSecrets(in: document.root, of: document, path)
        return try Plan.compile(document.root, of: document, path: path)
    }
}

/// Members whose text is a credential, in the schema's own spelling; others are Portkey's camelCase of the same.
private let secretMembers: Set<String> = [
    "api_key", "apiKey", "aws_secret_access_key", "awsSecretAccessKey", "aws_session_token", "awsSessionToken", "azure_ad_token",
    "azureAdToken", "azure_entra_client_secret", "azureEntraClientSecret", "vertex_service_account_json",
    "vertexServiceAccountJson",
]

/// Nothing that is stored may hold a key: a database is copied, and a list of configs shown.
private func refuseSecrets(in node: JSONNode, of document: JSONDocument, _ path: String) throws(GatewayFailure) {
    for (key, value) in document.members(of: node) {
        let name = document.string(key) ?? ""
        let member = "\(path).\(name)"
        // An object of that name may be a tool's schema that describes such a parameter.
        let saysSomething = document.kind(value) == .string || name.hasPrefix("vertex") && document.kind(value) == .object
        if saysSomething, secretMembers.contains(name) {
            throw .invalidParams(
                member,
                "A saved config holds no key, and \(member) is one: put it into the vault "
                    + "(`wicket keys add NAME --provider PROVIDER`) and name it as virtual_key.")
        }
        try refuseSecrets(in: value, of: document, member)
    }
    for (index, element) in document.elements(of: node).enumerated() {
        try refuseSecrets(in: element, of: document, "\(path)[\(index)]")
    }
}
