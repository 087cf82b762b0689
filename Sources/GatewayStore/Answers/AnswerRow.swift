// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel

/// Answers as rows.
enum AnswerRow {
    static let columns = """
        id, key, scope, namespace, operation, provider, response_model, trace_id, input_tokens, output_tokens,
        cache_read_input_tokens, cache_creation_input_tokens, reasoning_output_tokens, stored_at, expires_at, used_at, has_prompt,
        checksum, body
        """

    /// Takes the place of an older answer of the key, whose prompt goes with it.
    static func insert(
        _ answer: CachedAnswer, _ prompt: CachedPrompt?, now: Int, _ connection: SQLiteConnection
    ) throws(SQLiteError) {
        try remove(answer.key, connection)
        let statement = try connection.statement(
            """
            INSERT INTO answer (\(columns))
            VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
            """)
        answer.key.withBytes { statement.bind(1, blob: $0) }
        statement.bind(2, answer.scope)
        statement.bind(3, answer.namespace)
        statement.bind(4, answer.operation.rawValue)
        statement.bind(5, answer.provider)
        statement.bind(6, answer.responseModel)
        statement.bind(7, answer.traceID)
        for (index, tokens) in tokens(answer.usage).enumerated() { statement.bind(8 + Int32(index), tokens) }
        statement.bind(13, answer.storedAtMilliseconds)
        statement.bind(14, answer.expiresAtMilliseconds)
        statement.bind(15, now / 1000)
        statement.bind(16, prompt == nil ? 0 : 1)
        statement.bind(17, checksum(answer, hasPrompt: prompt != nil))
        statement.bind(18, blob: answer.body)
        try statement.run()
        if let prompt { try PromptRow.insert(prompt, id: connection.lastInsertedID, connection) }
    }

    static func remove(_ key: CacheKey, _ connection: SQLiteConnection) throws(SQLiteError) {
        let statement = try connection.statement("DELETE FROM answer WHERE key = ?1")
        key.withBytes { statement.bind(1, blob: $0) }
        try statement.run()
    }

    /// A row that was found, and whether it is what was written.
    struct Found {
        var id: Int
        var usedAtSeconds: Int
        /// Nil when the row is damaged.
        var answer: CachedAnswer?
    }

    /// - Returns: nil when there is none.
    static func find(_ key: CacheKey, _ connection: SQLiteConnection) throws(SQLiteError) -> Found? {
        let statement = try connection.statement("SELECT \(columns) FROM answer WHERE key = ?1")
        defer { statement.reset() }
        key.withBytes { statement.bind(1, blob: $0) }
        guard try statement.step() else { return nil }
        return Found(id: statement.int(0) ?? 0, usedAtSeconds: statement.int(15) ?? 0, answer: read(statement, key))
    }

    private static func read(_ statement: SQLiteStatement, _ key: CacheKey) -> CachedAnswer? {
        guard statement.withBytes(1, { CacheKey(bytes: $0) }) == key, let scope = statement.text(2),
            let operation = statement.text(4).flatMap(Operation.init(rawValue:)), let provider = statement.text(5),
            let trace = statement.text(7), let storedAt = statement.int(13), let expiresAt = statement.int(14)
        else { return nil }
        let answer = CachedAnswer(
            key: key, scope: scope, namespace: statement.text(3), operation: operation, provider: provider,
            body: statement.bytes(18) ?? [],
            usage: Usage(
                inputTokens: statement.int(8), outputTokens: statement.int(9), cacheReadInputTokens: statement.int(10),
                cacheCreationInputTokens: statement.int(11), reasoningOutputTokens: statement.int(12)),
            responseModel: statement.text(6), traceID: trace, storedAtMilliseconds: storedAt, expiresAtMilliseconds: expiresAt)
        return statement.int(17) == checksum(answer, hasPrompt: statement.int(16) == 1) ? answer : nil
    }

    private static func tokens(_ usage: Usage) -> [Int?] {
        [
            usage.inputTokens, usage.outputTokens, usage.cacheReadInputTokens, usage.cacheCreationInputTokens,
            usage.reasoningOutputTokens,
        ]
    }

    private static func checksum(_ answer: CachedAnswer, hasPrompt: Bool) -> Int {
        var sum = RowChecksum()
        sum.add(answer.key)
        for text in [
            answer.scope, answer.namespace, answer.operation.rawValue, answer.provider, answer.responseModel, answer.traceID,
        ] {
            sum.add(optional: text)
        }
        for tokens in tokens(answer.usage) { sum.add(tokens) }
        sum.add(answer.storedAtMilliseconds)
        sum.add(answer.expiresAtMilliseconds)
        sum.add(hasPrompt ? 1 : 0)
        answer.body.withUnsafeBytes { sum.add($0) }
        return sum.value
    }
}
