// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// One version of a saved config, without the config itself.
package struct ConfigDescription: Sendable {
    package var name: String
    /// 1 for the first, one more at each update.
    package var version: Int
    /// SHA-256 of the config as it was given, in hexadecimal.
    package var digest: String
    /// RFC 3339, UTC: when this version was saved, or read from the file.
    package var createdAt: String
    /// Whether it stands in the daemon's configuration file, which these methods only read.
    package var isFromFile: Bool
    /// Why calls cannot follow it, and what to do; nil when they can.
    package var problem: String?

    package init(
        name: String, version: Int, digest: String, createdAt: String, isFromFile: Bool = false, problem: String? = nil
    ) {
        self.name = name
        self.version = version
        self.digest = digest
        self.createdAt = createdAt
        self.isFromFile = isFromFile
        self.problem = problem
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(to: &json)
        json.endObject()
    }

    func writeMembers(to json: inout JSONWriter) {
        json.key("name"); json.string(name)
        json.key("version"); json.int(version)
        json.key("digest"); json.string(digest)
        json.key("created_at"); json.string(createdAt)
        json.key("source"); json.string(isFromFile ? "file" : "saved")
        json.key("problem"); json.string(orNull: problem)
    }
}
