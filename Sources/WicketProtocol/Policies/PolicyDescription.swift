// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// A policy as these methods return it. `match`, `allow`, `deny` and `defaults` are raw JSON objects, as they were given.
package struct PolicyDescription: Sendable {
    package var name: String
    /// Whether it stands in the daemon's configuration file, which these methods only read.
    package var isFromFile: Bool
    /// nil for one of the file: there the order counts.
    package var priority: Int?
    package var match: [UInt8]
    package var allow: [UInt8]
    package var deny: [UInt8]
    package var defaults: [UInt8]
    /// Why it cannot be read any more and refuses everything; nil when it can.
    package var problem: String?
    /// RFC 3339, UTC; nil for one of the file.
    package var createdAt: String?
    package var updatedAt: String?

    package init(
        name: String, isFromFile: Bool, priority: Int?, match: [UInt8], allow: [UInt8], deny: [UInt8], defaults: [UInt8],
        problem: String? = nil, createdAt: String? = nil, updatedAt: String? = nil
    ) {
        self.name = name
        self.isFromFile = isFromFile
        self.priority = priority
        self.match = match
        self.allow = allow
        self.deny = deny
        self.defaults = defaults
        self.problem = problem
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("name"); json.string(name)
        json.key("source"); json.string(isFromFile ? "file" : "stored")
        json.key("priority"); json.int(orNull: priority)
        json.key("match"); json.raw(match)
        json.key("allow"); json.raw(allow)
        json.key("deny"); json.raw(deny)
        json.key("defaults"); json.raw(defaults)
        json.key("problem"); json.string(orNull: problem)
        json.key("created_at"); json.string(orNull: createdAt)
        json.key("updated_at"); json.string(orNull: updatedAt)
        json.endObject()
    }
}
