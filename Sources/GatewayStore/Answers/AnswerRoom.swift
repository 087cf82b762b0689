// SPDX-License-Identifier: Apache-2.0

/// Keeps the file within its bound: what has expired goes first, then what was used least recently.
struct AnswerRoom {
    private let maximumPages: Int

    init(_ options: AnswerStoreOptions) {
        maximumPages = options.maximumPages
    }

    /// - Parameter isFull: the file has refused to grow, so something must go whatever the pages in use are.
    func makeRoom(_ connection: SQLiteConnection, now: Int, isFull: Bool) throws(SQLiteError) {
        var inUse = try pagesInUse(connection)
        if !isFull, inUse <= maximumPages / 100 * 95 { return }
        let aim = min(maximumPages / 10 * 9, isFull ? inUse / 10 * 9 : Int.max)
        while inUse > aim {
            if try deleteExpired(connection, now: now) == 0, try deleteOldest(connection) == 0 { return }
            inUse = try pagesInUse(connection)
        }
    }

    /// Takes away what has expired, and gives free pages back to the file system when they are a quarter of the file.
    func sweep(_ connection: SQLiteConnection, now: Int) throws(SQLiteError) {
        while try deleteExpired(connection, now: now) > 0 {}
        var slices = 0
        while slices < 64, try isMuchFree(connection) {
            try connection.execute("PRAGMA incremental_vacuum(256)")
            slices += 1
        }
    }

    private func isMuchFree(_ connection: SQLiteConnection) throws(SQLiteError) -> Bool {
        let free = try connection.integer("PRAGMA freelist_count")
        let all = try connection.integer("PRAGMA page_count")
        return free > 256 && free > all / 4
    }

    private func pagesInUse(_ connection: SQLiteConnection) throws(SQLiteError) -> Int {
        let free = try connection.integer("PRAGMA freelist_count")
        return try connection.integer("PRAGMA page_count") - free
    }

    private func deleteExpired(_ connection: SQLiteConnection, now: Int) throws(SQLiteError) -> Int {
        try connection.run(
            "DELETE FROM answer WHERE id IN (SELECT id FROM answer WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 256)", now)
        return connection.changes
    }

    private func deleteOldest(_ connection: SQLiteConnection) throws(SQLiteError) -> Int {
        try connection.run("DELETE FROM answer WHERE id IN (SELECT id FROM answer ORDER BY used_at, id LIMIT 16)")
        return connection.changes
    }
}
