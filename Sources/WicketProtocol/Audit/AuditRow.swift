// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// One entry of the audit log. Every member is written, null where it has no value; no secret is among them.
package struct AuditRow: Sendable {
    /// 1 for the first entry, one more for each.
    package var id: Int
    /// RFC 3339, UTC.
    package var at: String
    /// As `key.created`.
    package var kind: String
    /// nil for the daemon itself.
    package var actor: Actor?
    /// The name of what it was done to.
    package var subject: String
    package var detail: String
    /// In hexadecimal; it covers the whole entry and the hash before it.
    package var hash: String

    /// The process that did it.
    package struct Actor: Sendable {
        package var process: ProcessDescription
        package var container: String?

        package init(_ process: ProcessDescription, container: String?) {
            self.process = process
            self.container = container
        }
    }

    package init(
        id: Int, at: String, kind: String, actor: Actor?, subject: String, detail: String, hash: String
    ) {
        self.id = id
        self.at = at
        self.kind = kind
        self.actor = actor
        self.subject = subject
        self.detail = detail
        self.hash = hash
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("id"); json.int(id)
        json.key("at"); json.string(at)
        json.key("kind"); json.string(kind)
        json.key("actor")
        if let actor { write(actor, to: &json) } else { json.null() }
        json.key("subject"); json.string(subject)
        json.key("detail"); json.string(detail)
        json.key("hash"); json.string(hash)
        json.endObject()
    }

    private func write(_ actor: Actor, to json: inout JSONWriter) {
        json.beginObject()
        actor.process.writeMembers(to: &json)
        json.key("container"); json.string(orNull: actor.container)
        json.endObject()
    }
}
