// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// The options that every request has by configuration. A connection's `session.configure` and a request's own `options` go
/// before, key by key.
package struct DefaultOptions: Sendable {
    package internal(set) var virtualKey: String?
    package internal(set) var provider: String?
    package internal(set) var customHost: String?
    /// Raw JSON: the name of a saved config, or a config itself.
    package internal(set) var config: [UInt8]?
    /// Raw JSON: an object of strings.
    package internal(set) var metadata: [UInt8]?
    /// In milliseconds.
    package internal(set) var requestTimeout = 0
    /// Raw JSON: an object of header fields' names and values.
    package internal(set) var forwardHeaders: [UInt8]?
    package internal(set) var cacheNamespace: String?
    package internal(set) var cacheForceRefresh: Bool?
    package internal(set) var strictOpenAICompliance: Bool?
    package internal(set) var debug: Bool?

    /// As `options` of a request: one JSON object, `{}` when nothing was set.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        if let virtualKey { json.key("virtual_key"); json.string(virtualKey) }
        if let provider { json.key("provider"); json.string(provider) }
        if let customHost { json.key("custom_host"); json.string(customHost) }
        if let config { json.key("config"); json.raw(config) }
        if let metadata { json.key("metadata"); json.raw(metadata) }
        if requestTimeout > 0 { json.key("request_timeout"); json.int(requestTimeout) }
        if let forwardHeaders { json.key("forward_headers"); json.raw(forwardHeaders) }
        if let cacheNamespace { json.key("cache_namespace"); json.string(cacheNamespace) }
        if let cacheForceRefresh { json.key("cache_force_refresh"); json.bool(cacheForceRefresh) }
        if let strictOpenAICompliance { json.key("strict_open_ai_compliance"); json.bool(strictOpenAICompliance) }
        if let debug { json.key("debug"); json.bool(debug) }
        json.endObject()
        return json.bytes
    }

    static var keys: [ConfigurationKey<ConfigurationSource>] {
        [
            .text("defaults.virtual_key", \.defaults.virtualKey, fallback: "none", "The virtual key of requests that name none."),
            .text("defaults.provider", \.defaults.provider, fallback: "none", "The provider of requests that name none."),
            .text(
                "defaults.custom_host", type: "a URL", \.defaults.customHost, fallback: "the provider's",
                "Sends requests there instead.",
                check: { baseURLProblem($0) }),
            config,
            texts(
                "defaults.metadata", \.defaults.metadata, "Written beside each request in the journal, to find and group by."),
            .integer(
                "defaults.request_timeout", 0...86_400_000, \.defaults.requestTimeout, fallback: "0",
                "Milliseconds after which a request fails with `upstream_timeout`. 0 for none."),
            texts("defaults.forward_headers", \.defaults.forwardHeaders, "Header fields that are passed on to the provider."),
            .text(
                "defaults.cache_namespace", \.defaults.cacheNamespace, fallback: "none",
                "Keeps cached answers apart from others'."),
            .flag(
                "defaults.cache_force_refresh", \.defaults.cacheForceRefresh, fallback: "false",
                "Asks the provider anew, and caches that."),
            .flag(
                "defaults.strict_open_ai_compliance", \.defaults.strictOpenAICompliance, fallback: "false",
                "Leaves out of answers what OpenAI's form has no place for."),
            .flag("defaults.debug", \.defaults.debug, fallback: "false", "Keeps bodies in the journal."),
        ]
    }

    private static var config: ConfigurationKey<ConfigurationSource> {
        ConfigurationKey(
            path: "defaults.config", type: "the name of a saved config, or a config", fallback: "none",
            summary: "The routing config of requests that bring none."
        ) { (node, source) throws(ValueFault) in
            if case .sequence = node.content { throw ValueFault(node, "must be a name or a config, not \(node.kind)") }
            if node.isNull { throw ValueFault(node, "must be a name or a config, not nothing") }
            var json = JSONWriter()
            // A scalar is a name even where it looks like a number.
            if let name = node.text { json.string(name) } else { node.write(to: &json) }
            source.defaults.config = json.bytes
        }
    }

    /// A mapping of names to texts, kept as a JSON object.
    private static func texts(
        _ path: String, _ place: Place<ConfigurationSource, [UInt8]?>, _ summary: String
    ) -> ConfigurationKey<ConfigurationSource> {
        ConfigurationKey(path: path, type: "a mapping of names to texts", fallback: "none", summary: summary) {
            (node, source) throws(ValueFault) in
            var json = JSONWriter()
            json.beginObject()
            for entry in try mapping(node) {
                json.key(entry.name)
                json.string(try checkedText(entry.value, type: "text", check: { _ in nil }))
            }
            json.endObject()
            source[keyPath: place] = json.bytes
        }
    }
}
