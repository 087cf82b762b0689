// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What holds for the calls of those whom a policy matches, unless they say otherwise.
package struct PolicyDefaults: Sendable {
    package enum Config: Sendable {
        /// A saved one.
        case named(String)
        /// Its root is the config.
        case inline(JSONDocument)
    }

    /// For calls that name none, neither themselves nor by their session.
    package var config: Config?
    /// One JSON object of texts, or nil. Its names are the policy's: what a caller says under them does not count.
    package var metadata: JSONDocument?
    /// The budget of the configuration that the calls draw on.
    package var budget: String?
    /// With whom the callers share cached answers.
    package var cacheScope = CacheScope.uid

    package init() {}
}

extension PolicyDefaults.Config {
    package var name: String? {
        if case .named(let name) = self { name } else { nil }
    }
}

extension PolicyDefaults {
    /// The metadata of a call under the policy: the caller's, and the policy's own over it.
    /// - Parameter own: the caller's, one JSON object.
    package func metadata(over own: [UInt8]?) -> [UInt8]? {
        guard let metadata else { return own }
        guard let own, let callers = try? JSONDocument(own) else { return metadata.bytes }
        var json = JSONWriter(reserving: own.count + metadata.bytes.count)
        json.beginObject()
        for (key, value) in callers.members(of: callers.root) {
            guard let name = callers.string(key), metadata.find(name, in: metadata.root) == nil else { continue }
            json.key(name)
            json.raw(callers.raw(value))
        }
        for (key, value) in metadata.members(of: metadata.root) {
            json.key(raw: metadata.raw(key))
            json.raw(metadata.raw(value))
        }
        json.endObject()
        return json.bytes
    }
}
