// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Removes answers from the cache: those that all that is given fits, or all of them.
package enum CachePurge: RPCMethod {
    package static let name = "cache.purge"
    package static let group = RPCGroup.cache
    package static let socket = RPCSocket.admin
    package static let summary = "Removes answers from the cache: by what they belong to, by age, or all."

    package struct Params: Sendable, Equatable {
        package var namespace: String?
        package var scope: String?
        package var provider: String?
        package var olderThanSeconds: Int?
        /// 64 hexadecimal digits, as a reply's `gateway.cache.entry`.
        package var key: String?
        /// Must be said where nothing else is, and only then.
        package var isAll = false

        static let longestAge = 315_360_000

        package init() {}

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(
                document, node, known: ["namespace", "scope", "provider", "older_than_s", "key", "all"])
            namespace = try reader.string("namespace")
            scope = try reader.string("scope")
            provider = try reader.string("provider")
            olderThanSeconds = try reader.int("older_than_s")
            key = try reader.string("key")
            isAll = try reader.bool("all") ?? false
            if let seconds = olderThanSeconds, !(0...Self.longestAge ~= seconds) {
                throw reader.wrong("older_than_s", "a whole number of seconds from 0 to \(Self.longestAge)")
            }
            if let key, key.utf8.count != 64 || !key.utf8.allSatisfy(isHexadecimalDigit) {
                throw reader.wrong("key", "64 hexadecimal digits, as a reply's gateway.cache.entry")
            }
            if isAll, selects { throw reader.wrong("all", "left out where something else is given") }
            if !isAll, !selects {
                throw reader.missing("all", "true to remove every answer, or say which ones: by namespace, scope, provider, "
                    + "older_than_s or key")
            }
        }

        private var selects: Bool {
            namespace != nil || scope != nil || provider != nil || olderThanSeconds != nil || key != nil
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            if let namespace { json.key("namespace"); json.string(namespace) }
            if let scope { json.key("scope"); json.string(scope) }
            if let provider { json.key("provider"); json.string(provider) }
            if let olderThanSeconds { json.key("older_than_s"); json.int(olderThanSeconds) }
            if let key { json.key("key"); json.string(key) }
            if isAll { json.key("all"); json.bool(true) }
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var purged: Int
        package init(purged: Int) { self.purged = purged }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("purged"); json.int(purged)
            json.endObject()
        }
    }
}

private func isHexadecimalDigit(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 6
}
