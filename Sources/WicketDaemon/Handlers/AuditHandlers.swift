// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayStore
import JSONBytes
import WicketProtocol

/// `audit.list` and `audit.verify`.
enum AuditHandlers {
    static let all: [String: MethodHandler] = [
        AuditList.name: .plain(.admin) { request async throws(GatewayFailure) in try await list(request) },
        AuditVerify.name: .plain(.admin) { request async throws(GatewayFailure) in try await verify(request) },
    ]

    private static func list(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(AuditList.Params.init(from:_:))
        let (filter, store) = (try AuditFilter(given.filter), request.session.services.shared.store)
        // Whoever asks has often just done what is to be seen.
        if given.page.cursor == nil { try? await store.flush() }
        let page = try await inParams { () async throws(GatewayFailure) in
            try await store.auditEntries(matching: filter, limit: given.page.limit, cursor: given.page.cursor)
        }
        return json(AuditList.Result(entries: page.entries.map(row), nextCursor: page.nextCursor).write)
    }

    private static func verify(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let expected = try request.params(AuditVerify.Params.init(from:_:)).expect.map(bytes(hexadecimal:))
        let store = request.session.services.shared.store
        try? await store.flush()
        let verdict = try await store.verifyAudit(expecting: expected)
        return json(
            AuditVerify.Result(
                entries: verdict.entries, head: hexadecimal(verdict.head), valid: verdict.isValid, firstBadID: verdict.firstBadID,
                reason: verdict.reason
            ).write)
    }

    private static func row(_ entry: AuditEntry) -> AuditRow {
        let actor = entry.actor.map { AuditRow.Actor(ProcessDescription($0), container: $0.container) }
        return AuditRow(
            id: entry.id, at: Timestamp(milliseconds: entry.atMilliseconds).description, kind: entry.kind, actor: actor,
            subject: entry.subject, detail: entry.detail, hash: hexadecimal(entry.hash))
    }
}

extension AuditFilter {
    fileprivate init(_ given: AuditList.Filter) throws(GatewayFailure) {
        self.init()
        kind = given.kind
        subject = given.subject
        uid = given.uid.map { UInt32(truncatingIfNeeded: $0) }
        from = try CallFilter.instant("since", given.since)
        to = try CallFilter.instant("until", given.until)
    }
}
