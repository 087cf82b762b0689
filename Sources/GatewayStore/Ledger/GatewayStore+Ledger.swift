// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel

extension GatewayStore: LedgerStorage {
    /// Months of what was spent that are kept, in milliseconds: of accounts that nobody uses any more, nothing is kept for ever.
    private static let keptMilliseconds = 400 * 86_400_000

    package func reserve(_ reservation: BudgetReservation) async throws(GatewayFailure) {
        try await write { try LedgerTable.insert(reservation, $0) }
    }

    package func adjustLedger(_ charges: [BudgetCharge], _ event: AuditEvent?) async throws(GatewayFailure) {
        try await write { [self] connection in
            for charge in charges { try LedgerTable.add(charge, connection) }
            try record(event, connection)
        }
    }

    package func recoverLedger() async throws(GatewayFailure) -> LedgerRecovery {
        let now = wallMilliseconds()
        return try await write { connection in
            let calls = try LedgerRecoveryRun(connection).run()
            let old = try connection.statement("DELETE FROM budget_spent WHERE window_start > 0 AND window_start < ?1")
            old.bind(1, now - Self.keptMilliseconds)
            try old.run()
            return LedgerRecovery(spent: try LedgerTable.spent(connection), calls: calls)
        }
    }
}

/// Settles what was left open: nobody knows whether the provider was asked, so it counts as what it may have cost.
private struct LedgerRecoveryRun {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    /// - Returns: how many calls were cut.
    func run() throws(SQLiteError) -> Int {
        let claims = try connection.statement("SELECT account, window_start, amount FROM budget_claim WHERE amount <> 0")
        var charges: [BudgetCharge] = []
        while try claims.step() { charges.append(LedgerTable.charge(claims, first: 0)) }
        for charge in charges { try LedgerTable.add(charge, connection) }
        let records = try cutCalls()
        var scratch = TextScratch()
        let insert = try connection.statement(CallTable.insert)
        for record in records { try CallTable.insert(record, insert, &scratch) }
        try connection.execute("DELETE FROM budget_claim; DELETE FROM budget_reservation")
        return records.count
    }

    /// A row for each call: the facts of its last try, the cost of all that were open.
    private func cutCalls() throws(SQLiteError) -> [CallRecord] {
        let rows = try connection.statement(
            """
            SELECT first_of_call, trace_id, span_id, started_at, method, pid, uid, gid, executable, unit, policy, virtual_key,
                provider, model, target, stream, metadata, cost_nano_usd
            FROM budget_reservation ORDER BY first_of_call, id
            """)
        var records: [CallRecord] = []
        var lastCall: Int?
        while try rows.step() {
            var record = record(rows)
            if rows.int(0) == lastCall, let before = records.popLast() {
                record.attempts += before.attempts
                record.cost = record.cost.amount.flatMap { cost in
                    before.cost.amount.map { .estimated(NanoUSD(cost.value + $0.value)) }
                } ?? .unpriced
            }
            records.append(record)
            lastCall = rows.int(0)
        }
        return records
    }

    private func record(_ row: SQLiteStatement) -> CallRecord {
        let peer = PeerIdentity(
            pid: Int32(truncatingIfNeeded: row.int(5) ?? 0), uid: UInt32(truncatingIfNeeded: row.int(6) ?? 0),
            gid: UInt32(truncatingIfNeeded: row.int(7) ?? 0), executable: row.text(8), unit: row.text(9))
        var record = CallRecord(
            traceID: row.text(1) ?? "", spanID: row.text(2) ?? "", startedAtMilliseconds: row.int(3) ?? 0,
            method: row.text(4) ?? "", peer: peer, virtualKey: row.text(11), provider: row.text(12), model: row.text(13),
            target: row.text(14), status: ErrorCode.internalError.status, errorName: ErrorCode.internalError.name,
            stream: row.int(15) == 1, attempts: 1, cost: row.int(17).map { .estimated(NanoUSD($0)) } ?? .unpriced,
            metadata: row.bytes(16)?[...])
        record.policy = row.text(10)
        return record
    }
}
