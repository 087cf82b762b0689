// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// Where events go that the audit log is to keep. Never blocks a reactor: an event is queued, and written by the one writer.
package protocol AuditLog: Sendable {
    func append(_ event: AuditEvent)
}

/// A caller that has used a virtual key, as the audit log tells callers apart.
package struct KeyCaller: Sendable, Hashable {
    /// The virtual key's name.
    package var key: String
    package var uid: UInt32
    package var unit: String?

    package init(key: String, uid: UInt32, unit: String?) {
        self.key = key
        self.uid = uid
        self.unit = unit
    }
}
