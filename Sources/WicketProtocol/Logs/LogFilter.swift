// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// Which rows are wanted; what is set holds for each of them.
package struct LogFilter: Sendable, Equatable {
    package var traceID: String?
    package var virtualKey: String?
    package var provider: String?
    /// The model asked for.
    package var model: String?
    package var method: String?
    package var status: Int?
    /// An error's `data.type`.
    package var error: String?
    package var stream: Bool?
    package var uid: Int?
    package var unit: String?
    package var policy: String?
    /// The saved config's name, or `inline`.
    package var config: String?
    /// The end user.
    package var user: String?
    /// As in a reply's `gateway.cache_status`.
    package var cacheStatus: String?
    /// RFC 3339, UTC; rows that started then or later.
    package var since: String?
    /// RFC 3339, UTC; rows that started before.
    package var until: String?
    /// On the wire `metadata.KEY`.
    package var metadata: [String: String] = [:]

    package init() {}

    package static let members = [
        "trace_id", "virtual_key", "provider", "model", "method", "status", "error", "stream", "uid", "unit",
        "policy", "config", "user", "cache_status", "since", "until",
    ]
    private static let metadataPrefix = "metadata."

    init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
        var metadataKeys: [String] = []
        if let node {
            for (key, _) in document.members(of: node) {
                guard let name = document.string(key), name.hasPrefix(Self.metadataPrefix) else { continue }
                metadataKeys.append(name)
            }
        }
        let reader = try ParamsReader(document, node, path: "params.filter", known: Self.members + metadataKeys)
        traceID = try reader.string("trace_id")
        virtualKey = try reader.string("virtual_key")
        provider = try reader.string("provider")
        model = try reader.string("model")
        method = try reader.string("method")
        status = try reader.int("status")
        error = try reader.string("error")
        stream = try reader.bool("stream")
        uid = try reader.int("uid")
        if let uid, !(0...Int(UInt32.max) ~= uid) { throw reader.wrong("uid", "a number from 0 to \(UInt32.max)") }
        unit = try reader.string("unit")
        policy = try reader.string("policy")
        config = try reader.string("config")
        user = try reader.string("user")
        cacheStatus = try reader.string("cache_status")
        since = try reader.string("since")
        until = try reader.string("until")
        for key in metadataKeys { metadata[String(key.dropFirst(Self.metadataPrefix.count))] = try reader.string(key) }
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        let texts = [
            ("trace_id", traceID), ("virtual_key", virtualKey), ("provider", provider), ("model", model), ("method", method),
            ("error", error), ("unit", unit), ("policy", policy), ("config", config), ("user", user),
            ("cache_status", cacheStatus), ("since", since), ("until", until),
        ]
        for case let (key, text?) in texts { json.key(key); json.string(text) }
        if let status { json.key("status"); json.int(status) }
        if let uid { json.key("uid"); json.int(uid) }
        if let stream { json.key("stream"); json.bool(stream) }
        for (key, text) in metadata.sorted(by: { $0.key < $1.key }) { json.key(Self.metadataPrefix + key); json.string(text) }
        json.endObject()
    }
}
