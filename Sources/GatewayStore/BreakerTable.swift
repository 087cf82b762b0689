// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// A breaker that is not closed, as it is kept over a restart.
package struct BreakerRow: Sendable, Equatable {
    package var provider: String
    package var key: String
    package var model: String
    /// Milliseconds since 1970, UTC: from when on a probe may go.
    package var openUntilMilliseconds: Int
    /// How long that was when the row was written: a clock that was set back does not make it longer.
    package var remainingMilliseconds: Int
    /// How many times its rule's cooldown it was opened for.
    package var multiple: Int

    package init(
        provider: String, key: String, model: String, openUntilMilliseconds: Int, remainingMilliseconds: Int, multiple: Int
    ) {
        self.provider = provider
        self.key = key
        self.model = model
        self.openUntilMilliseconds = openUntilMilliseconds
        self.remainingMilliseconds = remainingMilliseconds
        self.multiple = multiple
    }

    /// What is left of it.
    package func remainingMilliseconds(now: Int) -> Int { max(0, min(openUntilMilliseconds - now, remainingMilliseconds)) }
}

extension GatewayStore {
    package func loadBreakers() async throws(GatewayFailure) -> [BreakerRow] {
        try await read { connection in
            let statement = try connection.statement(
                "SELECT provider, key, model, open_until, remaining_ms, multiple FROM breaker")
            var rows: [BreakerRow] = []
            while try statement.step() {
                rows.append(
                    BreakerRow(
                        provider: statement.text(0) ?? "", key: statement.text(1) ?? "", model: statement.text(2) ?? "",
                        openUntilMilliseconds: statement.int(3) ?? 0, remainingMilliseconds: statement.int(4) ?? 0,
                        multiple: statement.int(5) ?? 0))
            }
            return rows
        }
    }

    /// Queues that these be all breakers that are kept; returns at once.
    /// - Parameters:
    ///   - rows: asked for on the writer's thread, when the write is due.
    ///   - finished: told once it is durable, or why it is not; on that thread too.
    package func saveBreakers(
        _ rows: @escaping @Sendable () -> [BreakerRow], finished: @escaping @Sendable (GatewayFailure?) -> Void
    ) {
        submit(
            PendingWrite(
                run: { connection in
                    try connection.execute("DELETE FROM breaker")
                    let statement = try connection.statement(
                        """
                        INSERT INTO breaker (provider, key, model, open_until, remaining_ms, multiple)
                        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                        """)
                    for row in rows() {
                        statement.bind(1, row.provider)
                        statement.bind(2, row.key)
                        statement.bind(3, row.model)
                        statement.bind(4, row.openUntilMilliseconds)
                        statement.bind(5, row.remainingMilliseconds)
                        statement.bind(6, row.multiple)
                        try statement.run()
                    }
                }, finish: finished))
    }
}
