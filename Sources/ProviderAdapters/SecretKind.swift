// SPDX-License-Identifier: Apache-2.0

/// What a provider takes for a key: parts with names, in one of the forms that it knows. The names are Portkey's.
package enum SecretKind: String, Sendable, CaseIterable {
    /// A key alone, in a header field.
    case apiKey = "api_key"
    /// What AWS signs requests with, or one of Bedrock's own API keys.
    case aws
    case azureOpenAI = "azure_openai"
    /// A service account of Google's cloud.
    case vertex

    /// The sets of parts that it may be made of; each is told by its first part.
    package var forms: [[SecretPart]] {
        switch self {
        case .apiKey: [[.apiKey]]
        case .aws:
            [
                [.apiKey, .optional("aws_region", .word)],
                [
                    .required("aws_access_key_id", .key), .required("aws_secret_access_key", .key),
                    .required("aws_region", .word), .optional("aws_session_token", .key),
                ],
            ]
        case .azureOpenAI:
            [
                [
                    .apiKey, .required("azure_resource_name", .word, alias: "resource_name"),
                    .required("azure_deployment_id", .word, alias: "deployment_name"),
                    .required("azure_api_version", .word, alias: "api_version"),
                ]
            ]
        case .vertex:
            [
                [
                    .required("vertex_service_account_json", .serviceAccount), .required("vertex_project_id", .word),
                    .required("vertex_region", .word),
                ]
            ]
        }
    }

    /// Whether a part of that name says where a key is for, and is none itself.
    package static func isShown(_ name: String) -> Bool {
        allCases.contains { $0.forms.contains { $0.contains { $0.name == name && $0.form == .word } } }
    }
}

/// One part of a secret.
package struct SecretPart: Sendable, Equatable {
    package enum Form: Sendable {
        /// Visible ASCII without quotes and spaces: what a header field can carry.
        case key
        /// Letters, digits, '.', '_' and '-': what an address can carry. No secret.
        case word
        /// The JSON of a service account's file, or a string that holds it.
        case serviceAccount
    }
    package var name: String
    package var form: Form
    package var isRequired: Bool
    /// As Portkey's virtual keys call what its configs call `name`.
    package var alias: String?

    fileprivate static let apiKey = required("api_key", .key)

    fileprivate static func required(_ name: String, _ form: Form, alias: String? = nil) -> SecretPart {
        SecretPart(name: name, form: form, isRequired: true, alias: alias)
    }

    fileprivate static func optional(_ name: String, _ form: Form) -> SecretPart {
        SecretPart(name: name, form: form, isRequired: false)
    }
}

/// Puts parts of a secret into the places that a template (`https://{aws_region}.example.com`) names.
/// - Returns: the text, or the name of the first part that is missing.
package func fill(_ template: String, with parts: [String: String]) -> (text: String, missing: String?) {
    var text = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
        let name = String(rest[rest.index(after: open)..<close])
        guard let part = parts[name] else { return (text, name) }
        text += rest[..<open] + part
        rest = rest[rest.index(after: close)...]
    }
    return (text + rest, nil)
}
