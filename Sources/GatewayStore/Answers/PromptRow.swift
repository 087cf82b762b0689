// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayEngine

/// Prompts as rows, each under its answer's id. What an entry has learned changes with time and has a checksum of its own.
enum PromptRow {
    static func insert(_ prompt: CachedPrompt, id: Int, _ connection: SQLiteConnection) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            INSERT INTO prompt (id, key, partition, embedder, expires_at, scale, vector, domain, text, checksum, floor, confirmed,
                refuted, learned_checksum)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """)
        statement.bind(1, id)
        prompt.key.withBytes { statement.bind(2, blob: $0) }
        prompt.partition.withBytes { statement.bind(3, blob: $0) }
        statement.bind(4, prompt.embedder)
        statement.bind(5, prompt.expiresAtMilliseconds)
        statement.bind(6, Int(prompt.vector.scale.bitPattern))
        prompt.vector.bytes.withUnsafeBytes { statement.bind(7, blob: $0) }
        statement.bind(8, prompt.domain)
        statement.bind(9, prompt.text)
        statement.bind(10, checksum(prompt))
        bind(prompt.learned, of: prompt.key, to: statement, from: 11)
        try statement.run()
    }

    static func learn(_ key: CacheKey, _ learned: LearnedThreshold, _ connection: SQLiteConnection) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            UPDATE prompt SET floor = ?2, confirmed = ?3, refuted = ?4, learned_checksum = ?5
            WHERE id = (SELECT id FROM answer WHERE key = ?1)
            """)
        key.withBytes { statement.bind(1, blob: $0) }
        bind(learned, of: key, to: statement, from: 2)
        try statement.run()
    }

    // MARK: Reading

    private static let columns =
        "p.id, p.key, p.partition, p.embedder, p.expires_at, p.scale, p.vector, p.domain, p.text, p.checksum"

    enum Found: Sendable {
        case none
        case row(text: String, learned: LearnedThreshold)
        case damaged(id: Int)
    }

    static func find(_ key: CacheKey, _ connection: SQLiteConnection) throws(SQLiteError) -> Found {
        let statement = try connection.statement(
            """
            SELECT \(columns), p.floor, p.confirmed, p.refuted, p.learned_checksum
            FROM answer a JOIN prompt p ON p.id = a.id WHERE a.key = ?1
            """)
        defer { statement.reset() }
        key.withBytes { statement.bind(1, blob: $0) }
        guard try statement.step() else { return .none }
        let id = statement.int(0) ?? 0
        guard isWhole(statement), statement.withBytes(1, { CacheKey(bytes: $0) }) == key, let text = statement.text(8),
            let floor = statement.int(10).flatMap(UInt32.init(exactly:)), let confirmed = statement.int(11),
            let refuted = statement.int(12)
        else { return .damaged(id: id) }
        var learned = LearnedThreshold()
        learned.floor = Float(bitPattern: floor)
        learned.confirmed = confirmed
        learned.refuted = refuted
        return statement.int(13) == checksum(learned, of: key) ? .row(text: text, learned: learned) : .damaged(id: id)
    }

    /// What the index takes of up to `limit` rows from behind an id on, whatever their embedder.
    struct Batch {
        var prompts: [IndexedPrompt] = []
        var damaged: [Int] = []
        /// The last id that was looked at; nil at the end.
        var last: Int?
    }

    static func batch(
        after id: Int, limit: Int, embedder: String, now: Int, _ connection: SQLiteConnection
    ) throws(SQLiteError) -> Batch {
        let statement = try connection.statement("SELECT \(columns) FROM prompt p WHERE p.id > ?1 ORDER BY p.id LIMIT ?2")
        defer { statement.reset() }
        statement.bind(1, id)
        statement.bind(2, limit)
        var batch = Batch()
        batch.prompts.reserveCapacity(limit)
        var embedder = embedder
        while try statement.step() {
            let id = statement.int(0) ?? 0
            batch.last = id
            guard isWhole(statement), let prompt = indexed(statement) else {
                batch.damaged.append(id)
                continue
            }
            let isOurs = embedder.withUTF8 { own in statement.withBytes(3) { $0.elementsEqual(own) } }
            if isOurs, prompt.expiresAtMilliseconds > now { batch.prompts.append(prompt) }
        }
        return batch
    }

    private static func indexed(_ statement: SQLiteStatement) -> IndexedPrompt? {
        guard let key = statement.withBytes(1, { CacheKey(bytes: $0) }),
            let partition = statement.withBytes(2, { CacheKey(bytes: $0) }), let expiresAt = statement.int(4),
            let scale = statement.int(5).flatMap(UInt32.init(exactly:))
        else { return nil }
        let vector = statement.withBytes(6) { Array($0.bindMemory(to: Int8.self)) }
        return IndexedPrompt(
            key: key, partition: partition, vector: QuantisedVector(bytes: vector, scale: Float(bitPattern: scale)),
            expiresAtMilliseconds: expiresAt)
    }

    // MARK: Checksums

    private static func checksum(_ prompt: CachedPrompt) -> Int {
        var sum = RowChecksum()
        sum.add(prompt.key)
        sum.add(prompt.partition)
        sum.add(prompt.embedder)
        sum.add(prompt.expiresAtMilliseconds)
        sum.add(Int(prompt.vector.scale.bitPattern))
        prompt.vector.bytes.withUnsafeBytes { sum.add($0) }
        sum.add(prompt.domain)
        sum.add(prompt.text)
        return sum.value
    }

    /// Sums up the same where the columns lie.
    private static func isWhole(_ statement: SQLiteStatement) -> Bool {
        var sum = RowChecksum()
        for column in [1, 2, 3] as [Int32] { statement.withBytes(column) { sum.add($0) } }
        sum.add(statement.int(4))
        sum.add(statement.int(5))
        for column in [6, 7, 8] as [Int32] { statement.withBytes(column) { sum.add($0) } }
        return statement.int(9) == sum.value
    }

    private static func checksum(_ learned: LearnedThreshold, of key: CacheKey) -> Int {
        var sum = RowChecksum()
        sum.add(key)
        sum.add(UInt64(learned.floor.bitPattern))
        sum.add(learned.confirmed)
        sum.add(learned.refuted)
        return sum.value
    }

    private static func bind(_ learned: LearnedThreshold, of key: CacheKey, to statement: SQLiteStatement, from index: Int32) {
        statement.bind(index, Int(learned.floor.bitPattern))
        statement.bind(index + 1, learned.confirmed)
        statement.bind(index + 2, learned.refuted)
        statement.bind(index + 3, checksum(learned, of: key))
    }
}
