// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel

/// The ledger's three tables: open reservations, what each holds, and what was spent.
enum LedgerTable {
    /// An account forgets all but its newest windows.
    static let schema = """
        CREATE TABLE budget_reservation (
            id INTEGER PRIMARY KEY,
            first_of_call INTEGER NOT NULL,
            trace_id TEXT NOT NULL,
            span_id TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            method TEXT NOT NULL,
            pid INTEGER NOT NULL,
            uid INTEGER NOT NULL,
            gid INTEGER NOT NULL,
            executable TEXT,
            unit TEXT,
            policy TEXT,
            virtual_key TEXT,
            provider TEXT NOT NULL,
            model TEXT NOT NULL,
            target TEXT NOT NULL,
            stream INTEGER NOT NULL,
            metadata TEXT,
            cost_nano_usd INTEGER
        ) STRICT;
        CREATE TABLE budget_claim (
            reservation INTEGER NOT NULL,
            account TEXT NOT NULL,
            window_start INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (reservation, account)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE budget_spent (
            account TEXT NOT NULL,
            window_start INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (account, window_start)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER budget_spent_forgets AFTER INSERT ON budget_spent BEGIN
            DELETE FROM budget_spent WHERE account = NEW.account AND window_start NOT IN (
                SELECT window_start FROM budget_spent WHERE account = NEW.account ORDER BY window_start DESC LIMIT 8);
        END;
        """

    static func insert(_ reservation: BudgetReservation, _ connection: SQLiteConnection) throws(SQLiteError) {
        let row = try connection.statement(
            """
            INSERT INTO budget_reservation (id, first_of_call, trace_id, span_id, started_at, method, pid, uid, gid, executable,
                unit, policy, virtual_key, provider, model, target, stream, metadata, cost_nano_usd)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
            """)
        row.bind(1, reservation.id)
        row.bind(2, reservation.firstOfCall)
        row.bind(3, reservation.traceID)
        row.bind(4, reservation.spanID)
        row.bind(5, reservation.startedAtMilliseconds)
        row.bind(6, reservation.method)
        row.bind(7, Int(reservation.peer.pid))
        row.bind(8, Int(reservation.peer.uid))
        row.bind(9, Int(reservation.peer.gid))
        row.bind(10, reservation.peer.executable)
        row.bind(11, reservation.peer.unit ?? reservation.peer.cgroup)
        row.bind(12, reservation.policy)
        row.bind(13, reservation.virtualKey)
        row.bind(14, reservation.provider)
        row.bind(15, reservation.model)
        row.bind(16, reservation.target)
        row.bind(17, reservation.stream ? 1 : 0)
        row.bind(18, text: reservation.metadata)
        row.bind(19, reservation.worstCost?.value)
        try row.run()
        let claim = try connection.statement(
            "INSERT INTO budget_claim (reservation, account, window_start, amount) VALUES (?1, ?2, ?3, ?4)")
        for charge in reservation.claims {
            claim.bind(1, reservation.id)
            bind(charge, to: claim, first: 2)
            try claim.run()
        }
    }

    /// A stored reservation is settled where it is still open; what is told a second time changes nothing.
    static func settle(_ settlement: BudgetSettlement, _ connection: SQLiteConnection) throws(SQLiteError) {
        if settlement.isStored {
            for table in ["budget_claim WHERE reservation", "budget_reservation WHERE id"] {
                let removal = try connection.statement("DELETE FROM \(table) = ?1")
                removal.bind(1, settlement.reservation)
                try removal.run()
            }
            if connection.changes == 0 { return }
        }
        for charge in settlement.charges where charge.amount != 0 { try add(charge, connection) }
    }

    static func add(_ charge: BudgetCharge, _ connection: SQLiteConnection) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            INSERT INTO budget_spent (account, window_start, amount) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET amount = amount + excluded.amount
            """)
        bind(charge, to: statement, first: 1)
        try statement.run()
    }

    static func spent(_ connection: SQLiteConnection) throws(SQLiteError) -> [BudgetCharge] {
        let statement = try connection.statement("SELECT account, window_start, amount FROM budget_spent")
        var charges: [BudgetCharge] = []
        while try statement.step() { charges.append(charge(statement, first: 0)) }
        return charges
    }

    static func charge(_ statement: SQLiteStatement, first: Int32) -> BudgetCharge {
        BudgetCharge(
            account: statement.text(first) ?? "", window: statement.int(first + 1) ?? 0, amount: statement.int(first + 2) ?? 0)
    }

    private static func bind(_ charge: BudgetCharge, to statement: SQLiteStatement, first: Int32) {
        statement.bind(first, charge.account)
        statement.bind(first + 1, charge.window)
        statement.bind(first + 2, charge.amount)
    }
}
