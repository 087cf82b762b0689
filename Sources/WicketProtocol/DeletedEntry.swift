// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What is left to say of a virtual key, a config or a policy that was removed.
package struct DeletedEntry: Sendable {
    package var name: String
    package init(name: String) { self.name = name }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("name"); json.string(name)
        json.key("deleted"); json.bool(true)
        json.endObject()
    }
}
