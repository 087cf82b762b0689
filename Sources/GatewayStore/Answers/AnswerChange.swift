// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayEngine
import GatewayModel

/// What waits for the disk.
enum AnswerChange: Sendable {
    case store(CachedAnswer, CachedPrompt?)
    case learn(CacheKey, LearnedThreshold)
    case remove(CacheKey)
    /// A row of this id that is not what was written.
    case dropRow(Int)
    case dropCounts(Int)
    case save(FalseHitCounts, domain: String)
    case purge(CacheSelection, AnswerPurge)
    /// Nothing: told when all before it is over.
    case flush(@Sendable () -> Void)

    /// About what it takes in memory.
    var bytes: Int {
        guard case .store(let answer, let prompt) = self else { return 128 }
        return answer.body.count + 512 + (prompt.map { $0.vector.bytes.count + $0.text.utf8.count } ?? 0)
    }

    /// What may be lost when the disk does not take it. Anything else is kept: an answer that was removed must not come back.
    var isDroppable: Bool {
        if case .store = self { true } else { false }
    }

    /// - Returns: the keys that went, of a purge.
    func apply(_ connection: SQLiteConnection, now: Int) throws(SQLiteError) -> [CacheKey] {
        switch self {
        case .store(let answer, let prompt): try AnswerRow.insert(answer, prompt, now: now, connection)
        case .learn(let key, let learned): try PromptRow.learn(key, learned, connection)
        case .remove(let key): try AnswerRow.remove(key, connection)
        case .dropRow(let id):
            for table in ["prompt", "answer"] { try connection.run("DELETE FROM \(table) WHERE id = ?1", id) }
        case .dropCounts(let id): try connection.run("DELETE FROM false_hits WHERE rowid = ?1", id)
        case .save(let counts, let domain): try FalseHitsRow.save(counts, domain, connection)
        case .purge(let selection, _): return try selection.delete(connection)
        case .flush: break
        }
        return []
    }
}

/// Whoever waits for a purge.
struct AnswerPurge: Sendable {
    var finish: @Sendable (Result<[CacheKey], GatewayFailure>) -> Void
}

extension SQLiteConnection {
    /// Runs a statement with whole numbers for its parameters.
    func run(_ sql: String, _ values: Int...) throws(SQLiteError) {
        let statement = try statement(sql)
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        try statement.run()
    }
}

extension CacheSelection {
    /// - Returns: the keys of the answers that went.
    func delete(_ connection: SQLiteConnection) throws(SQLiteError) -> [CacheKey] {
        let statement = try connection.statement(
            """
            DELETE FROM answer
            WHERE (?1 IS NULL OR scope = ?1) AND (?2 IS NULL OR namespace = ?2) AND (?3 IS NULL OR provider = ?3)
                AND (?4 IS NULL OR stored_at < ?4) AND (?5 IS NULL OR key = ?5)
            RETURNING key
            """)
        defer { statement.reset() }
        statement.bind(1, scope)
        statement.bind(2, namespace)
        statement.bind(3, provider)
        statement.bind(4, before)
        if let key { key.withBytes { statement.bind(5, blob: $0) } } else { statement.bindNull(5) }
        var keys: [CacheKey] = []
        while try statement.step() {
            if let key = statement.withBytes(0, { CacheKey(bytes: $0) }) { keys.append(key) }
        }
        return keys
    }
}
