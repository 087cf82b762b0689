// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// One entry of the audit log. Entries are numbered from 1 without a gap, and each one's hash covers the one before it.
package struct AuditEntry: Sendable, Equatable {
    package var id: Int
    /// Milliseconds since 1970, UTC.
    package var atMilliseconds: Int
    /// `AuditEvent.Kind` as text: a newer daemon may have written one that this does not know.
    package var kind: String
    /// Who did it; nil for the daemon itself.
    package var actor: PeerIdentity?
    package var subject: String
    package var detail: String
    /// 32 bytes.
    package var hash: [UInt8]
}

/// What the log's record of its end says: how many entries there are, and the last one's hash.
package struct AuditHead: Sendable, Equatable {
    package var entries: Int
    package var hash: [UInt8]

    /// Of a log without entries.
    package static let empty = AuditHead(entries: 0, hash: Array(repeating: 0, count: AuditHash.length))
}
