// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes

/// The gateway's own part of a call (`params.options`): each of Portkey's headers has its field here.
///
/// Defaults (the configuration's, then the policy's config, then the session's) are options too; what a request says wins key by
/// key, and `null` takes a default away.
package struct CallOptions: Sendable {
    package var virtualKey: String?
    package var provider: String?
    package var apiKey: SecretBytes?
    package var customHost: String?
    package var config: ConfigReference?
    package var metadata: [UInt8]?
    package var traceID: String?
    package var spanID: String?
    package var parentSpanID: String?
    /// Of W3C's `traceparent`: names the trace and the parent span where those have no option of their own, and makes the
    /// provider hear of the trace.
    package var traceParent: TraceParent?
    package var spanName: String?
    package var cacheForceRefresh: Bool?
    package var cacheNamespace: String?
    package var requestTimeoutMilliseconds: Int?
    package var forwardHeaders: [HTTPField] = []
    package var strictOpenAICompliance: Bool?
    package var debug: Bool?

    package init() {}

    /// Takes over what `node` says.
    /// - Parameter path: how the caller names `node`, for errors (`options`).
    /// - Throws: `invalid_params` with the path of the first fault.
    package mutating func apply(_ node: JSONNode, of document: JSONDocument, path: String) throws(GatewayFailure) {
        guard document.kind(node) == .object else { throw .invalidParams(path, "\(path) must be an object.") }
        try refuseDuplicates(in: node, of: document, path)
        for member in document.members(of: node) {
            try apply(OptionField(document: document, key: member.key, value: member.value, path: path))
        }
    }

    private mutating func apply(_ field: OptionField) throws(GatewayFailure) {
        switch field.name {
        case "virtual_key": virtualKey = try field.string()
        case "provider": provider = try field.string()
        case "api_key": apiKey = try field.secret()
        case "custom_host": customHost = try field.string()
        case "metadata": metadata = try field.metadata()
        case "trace_id": traceID = try field.identifier()
        case "span_id": spanID = try field.identifier()
        case "parent_span_id": parentSpanID = try field.identifier()
        case "traceparent": traceParent = try field.identifier().flatMap { TraceParent($0) }
        case "span_name": spanName = try field.identifier()
        case "cache_force_refresh": cacheForceRefresh = try field.bool()
        case "cache_namespace": cacheNamespace = try field.identifier()
        case "request_timeout": requestTimeoutMilliseconds = try field.milliseconds()
        case "forward_headers": forwardHeaders = try field.headers()
        case "strict_open_ai_compliance": strictOpenAICompliance = try field.bool()
        case "debug": debug = try field.bool()
        case "config": config = try field.config()
        default: throw field.fault("is no option. Options are: \(OptionField.known.joined(separator: ", ")).")
        }
    }
}

/// `options.config`: which plan a call follows.
package enum ConfigReference: Sendable {
    /// A saved config.
    case named(String)
    /// Written in the options themselves.
    case inline(JSONDocument, JSONNode)
    /// The one that the caller's policy has for calls that name none.
    case policyDefault
}

private func refuseDuplicates(in node: JSONNode, of document: JSONDocument, _ path: String) throws(GatewayFailure) {
    guard let key = document.duplicateKey(in: node) else { return }
    throw .invalidParams("\(path).\(document.string(key) ?? "")", "\(path) has the key \(document.string(key) ?? "") twice.")
}

/// One member of `options`, read as the type that it must have. `null` reads as nil.
private struct OptionField {
    static let known = [
        "virtual_key", "provider", "api_key", "custom_host", "config", "metadata", "trace_id", "span_id", "parent_span_id",
        "traceparent", "span_name", "cache_force_refresh", "cache_namespace", "request_timeout", "forward_headers",
        "strict_open_ai_compliance", "debug",
    ]
    /// Portkey's bound for a metadata value, in characters.
    static let longestMetadataValue = 128
    static let longestIdentifier = 128
    /// What a caller must not set: the credential and the framing are the gateway's, the host is the target's.
    static let forbiddenHeaders: Set<String> = [
        "authorization", "x-api-key", "api-key", "host", "content-length", "transfer-encoding", "connection", "expect", "te",
        "upgrade", "proxy-authorization", "cookie", "content-type", "accept-encoding",
    ]

    let document: JSONDocument
    let value: JSONNode
    let name: String
    private let parent: String
    var path: String { "\(parent).\(name)" }

    init(document: JSONDocument, key: JSONNode, value: JSONNode, path: String) {
        self.document = document
        self.value = value
        name = document.string(key) ?? ""
        parent = path
    }

    private var isNull: Bool { document.isNull(value) }

    func fault(_ what: String) -> GatewayFailure { .invalidParams(path, "\(path) \(what)") }

    func string() throws(GatewayFailure) -> String? {
        if isNull { return nil }
        guard let text = document.string(value), !text.isEmpty else { throw fault("must be a string that is not empty.") }
        return text
    }

    func identifier() throws(GatewayFailure) -> String? {
        guard let text = try string() else { return nil }
        if text.utf8.count > Self.longestIdentifier || text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw fault("must have at most \(Self.longestIdentifier) bytes and no control characters.")
        }
        return text
    }

    func secret() throws(GatewayFailure) -> SecretBytes? {
        if isNull { return nil }
        guard let text = document.textBytes(value), !text.isEmpty else { throw fault("must be a string that is not empty.") }
        if text.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) { throw fault("must be printable ASCII without spaces.") }
        return text.withUnsafeBytes { SecretBytes(copying: $0) }
    }

    func bool() throws(GatewayFailure) -> Bool? {
        if isNull { return nil }
        guard let flag = document.bool(value) else { throw fault("must be true or false.") }
        return flag
    }

    func milliseconds() throws(GatewayFailure) -> Int? {
        if isNull { return nil }
        guard let count = document.int(value), (1...86_400_000).contains(count) else {
            throw fault("must be a number of milliseconds from 1 to 86400000.")
        }
        return count
    }

    /// Kept as it was written: it goes into the journal.
    func metadata() throws(GatewayFailure) -> [UInt8]? {
        if isNull { return nil }
        guard document.kind(value) == .object else { throw fault("must be an object.") }
        try refuseDuplicates(in: value, of: document, path)
        for member in document.members(of: value) {
            let name = document.string(member.key) ?? ""
            switch document.kind(member.value) {
            case .object, .array: throw .invalidParams("\(path).\(name)", "\(path).\(name) must be a string.")
            default: break
            }
            if let text = document.string(member.value), text.count > Self.longestMetadataValue {
                throw .invalidParams("\(path).\(name)", "\(path).\(name) has more than \(Self.longestMetadataValue) characters.")
            }
        }
        return Array(document.raw(value))
    }

    /// Names and values of header fields that travel to the provider (`{"anthropic-beta": "…"}`).
    func headers() throws(GatewayFailure) -> [HTTPField] {
        if isNull { return [] }
        guard document.kind(value) == .object else { throw fault("must be an object of header names and values.") }
        try refuseDuplicates(in: value, of: document, path)
        var fields: [HTTPField] = []
        for member in document.members(of: value) {
            let name = (document.string(member.key) ?? "").lowercased()
            guard let text = document.string(member.value), HTTPField.isToken(name), HTTPField.isValue(text) else {
                throw .invalidParams("\(path).\(name)", "\(path).\(name) is no header field that HTTP could carry.")
            }
            if Self.forbiddenHeaders.contains(name) {
                throw .invalidParams("\(path).\(name)", "\(path).\(name) is set by the gateway and cannot be forwarded.")
            }
            fields.append(HTTPField(name, text))
        }
        return fields
    }

    func config() throws(GatewayFailure) -> ConfigReference? {
        switch document.kind(value) {
        case .null: return nil
        case .object: return .inline(document, value)
        case .string: return try string().map { .named($0) }
        default: throw fault("must be the name of a saved config, or a config.")
        }
    }
}
