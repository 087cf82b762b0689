// SPDX-License-Identifier: Apache-2.0
import Caching

/// The false hits of each domain as rows.
enum FalseHitsRow {
    static func save(_ counts: FalseHitCounts, _ domain: String, _ connection: SQLiteConnection) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            INSERT OR REPLACE INTO false_hits (domain, verified, refuted, is_stopped, checksum) VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        statement.bind(1, domain)
        statement.bind(2, counts.verified)
        statement.bind(3, counts.refuted)
        statement.bind(4, counts.isStopped ? 1 : 0)
        statement.bind(5, checksum(counts, domain))
        try statement.run()
    }

    static func load(_ connection: SQLiteConnection) throws(SQLiteError) -> (counts: [String: FalseHitCounts], damaged: [Int]) {
        let statement = try connection.statement("SELECT rowid, domain, verified, refuted, is_stopped, checksum FROM false_hits")
        defer { statement.reset() }
        var all: [String: FalseHitCounts] = [:]
        var damaged: [Int] = []
        while try statement.step() {
            var counts = FalseHitCounts()
            counts.verified = statement.int(2) ?? 0
            counts.refuted = statement.int(3) ?? 0
            counts.isStopped = statement.int(4) == 1
            if let domain = statement.text(1), statement.int(5) == checksum(counts, domain) {
                all[domain] = counts
            } else {
                damaged.append(statement.int(0) ?? 0)
            }
        }
        return (all, damaged)
    }

    private static func checksum(_ counts: FalseHitCounts, _ domain: String) -> Int {
        var sum = RowChecksum()
        sum.add(domain)
        sum.add(counts.verified)
        sum.add(counts.refuted)
        sum.add(counts.isStopped ? 1 : 0)
        return sum.value
    }
}
