// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// The log's table: how a record becomes a row, and a row a record. Both go through the columns in the one order of `columns`.
enum CallTable {
    static let columns = """
        trace_id, span_id, started_at, method, pid, uid, gid, executable, unit, virtual_key, provider, model, response_model, \
        target, status, error, stream, input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens, \
        reasoning_output_tokens, attempts, chunks, latency_us, upstream_us, first_chunk_us, cost_status, cost_nano_usd, \
        metadata, decisions, cache_status, cache_entry, parent_span_id, span_name, policy, config, user, retries, fallbacks, \
        queue_us, first_byte_us, request_bytes, response_bytes, price_digest, saved_nano_usd, \
        tries, cache_us
        """
    static let insert = "INSERT INTO call (\(columns)) VALUES (\(Array(repeating: "?", count: 48).joined(separator: ",")))"

    /// Inserts one row. Its texts are gathered in `scratch`, where SQLite reads them: no copy a column.
    static func insert(_ record: borrowing CallRecord, _ statement: SQLiteStatement, _ scratch: inout TextScratch)
        throws(SQLiteError)
    {
        var row = RowBinder(statement)
        let tries = TriesColumn.json(record.tries)
        scratch.reserve(textSize(record) + (tries?.count ?? 0))
        row.text(record.traceID, &scratch)
        row.text(record.spanID, &scratch)
        row.int(record.startedAtMilliseconds)
        row.text(record.method, &scratch)
        row.int(Int(record.peer.pid))
        row.int(Int(record.peer.uid))
        row.int(Int(record.peer.gid))
        row.text(record.peer.executable, &scratch)
        row.text(record.peer.unit ?? record.peer.cgroup, &scratch)
        row.text(record.virtualKey, &scratch)
        row.text(record.provider, &scratch)
        row.text(record.model, &scratch)
        row.text(record.responseModel, &scratch)
        row.text(record.target, &scratch)
        row.int(record.status)
        row.text(record.errorName, &scratch)
        row.int(record.stream ? 1 : 0)
        row.int(record.usage.inputTokens)
        row.int(record.usage.outputTokens)
        row.int(record.usage.cacheReadInputTokens)
        row.int(record.usage.cacheCreationInputTokens)
        row.int(record.usage.reasoningOutputTokens)
        row.int(record.attempts)
        row.int(record.chunks)
        row.int(record.latencyMicroseconds)
        row.int(record.upstreamMicroseconds)
        row.int(record.firstChunkMicroseconds)
        row.text(record.cost.status, &scratch)
        row.int(record.cost.amount?.value)
        row.text(record.metadata, &scratch)
        row.text(record.decisions.map { $0[...] }, &scratch)
        row.text(record.cacheStatus == .disabled ? nil : record.cacheStatus.rawValue, &scratch)
        row.text(record.cacheEntry, &scratch)
        row.text(record.parentSpanID, &scratch)
        row.text(record.spanName, &scratch)
        row.text(record.policy, &scratch)
        row.text(record.config, &scratch)
        row.text(record.user, &scratch)
        row.int(record.retries)
        row.int(record.fallbacks)
        row.int(record.queueMicroseconds)
        row.int(record.firstByteMicroseconds)
        row.int(record.requestBytes)
        row.int(record.responseBytes)
        row.text(record.priceDigest, &scratch)
        row.int(record.saved?.value)
        row.text(tries.map { $0[...] }, &scratch)
        row.int(record.cacheMicroseconds)
        try statement.run()
    }

    private static func textSize(_ record: borrowing CallRecord) -> Int {
        func size(_ text: String?) -> Int { text?.utf8.count ?? 0 }
        return size(record.traceID) + size(record.spanID) + size(record.method) + size(record.peer.executable)
            + size(record.peer.unit ?? record.peer.cgroup)
            + size(record.virtualKey) + size(record.provider) + size(record.model) + size(record.responseModel)
            + size(record.target)
            + size(record.errorName) + size(record.cost.status) + (record.metadata?.count ?? 0) + (record.decisions?.count ?? 0)
            + size(record.cacheStatus.rawValue) + size(record.cacheEntry) + size(record.parentSpanID) + size(record.spanName)
            + size(record.policy) + size(record.config) + size(record.user) + size(record.priceDigest)
    }

    /// Reads the row that `statement` stands on, whose columns from `first` on are `columns`.
    static func record(_ statement: SQLiteStatement, first: Int32) -> CallRecord {
        var row = RowReader(statement, first)
        var record = CallRecord(
            traceID: row.text() ?? "", spanID: row.text() ?? "", startedAtMilliseconds: row.int() ?? 0, method: row.text() ?? "",
            peer: PeerIdentity(
                pid: Int32(truncatingIfNeeded: row.int() ?? 0), uid: UInt32(truncatingIfNeeded: row.int() ?? 0),
                gid: UInt32(truncatingIfNeeded: row.int() ?? 0), executable: row.text(), unit: row.text()))
        record.virtualKey = row.text()
        record.provider = row.text()
        record.model = row.text()
        record.responseModel = row.text()
        record.target = row.text()
        record.status = row.int() ?? 0
        record.errorName = row.text()
        record.stream = row.int() == 1
        record.usage.inputTokens = row.int()
        record.usage.outputTokens = row.int()
        record.usage.cacheReadInputTokens = row.int()
        record.usage.cacheCreationInputTokens = row.int()
        record.usage.reasoningOutputTokens = row.int()
        record.attempts = row.int() ?? 0
        record.chunks = row.int() ?? 0
        record.latencyMicroseconds = row.int() ?? 0
        record.upstreamMicroseconds = row.int()
        record.firstChunkMicroseconds = row.int()
        let status = row.text()
        record.cost = Cost(row.int().map { NanoUSD($0) }, status: status)
        record.metadata = row.bytes()?[...]
        record.decisions = row.bytes()
        record.cacheStatus = row.text().flatMap(CacheStatus.init(rawValue:)) ?? .disabled
        record.cacheEntry = row.text()
        record.parentSpanID = row.text()
        record.spanName = row.text()
        record.policy = row.text()
        record.config = row.text()
        record.user = row.text()
        record.retries = row.int() ?? 0
        record.fallbacks = row.int() ?? 0
        record.queueMicroseconds = row.int()
        record.firstByteMicroseconds = row.int()
        record.requestBytes = row.int() ?? 0
        record.responseBytes = row.int() ?? 0
        record.priceDigest = row.text()
        record.saved = row.int().map { NanoUSD($0) }
        record.tries = TriesColumn.tries(row.bytes())
        record.cacheMicroseconds = row.int()
        return record
    }
}

/// Binds a row's values from left to right.
private struct RowBinder {
    private let statement: SQLiteStatement
    private var index: Int32 = 0

    init(_ statement: SQLiteStatement) { self.statement = statement }

    mutating func int(_ value: Int?) {
        index += 1
        statement.bind(index, value)
    }

    mutating func text(_ text: String?, _ scratch: inout TextScratch) {
        index += 1
        guard let text else { return statement.bindNull(index) }
        statement.bind(index, unownedText: scratch.append(text.utf8))
    }

    mutating func text(_ text: ArraySlice<UInt8>?, _ scratch: inout TextScratch) {
        index += 1
        guard let text else { return statement.bindNull(index) }
        statement.bind(index, unownedText: scratch.append(text))
    }
}

/// Reads a row's values from left to right.
private struct RowReader {
    private let statement: SQLiteStatement
    private var column: Int32

    init(_ statement: SQLiteStatement, _ first: Int32) {
        self.statement = statement
        column = first
    }

    private mutating func next() -> Int32 {
        defer { column += 1 }
        return column
    }

    mutating func int() -> Int? { statement.int(next()) }
    mutating func text() -> String? { statement.text(next()) }
    mutating func bytes() -> [UInt8]? { statement.bytes(next()) }
}

/// Room for one row's texts, reused from row to row.
struct TextScratch: ~Copyable {
    private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 1)
    private var used = 0

    /// Starts a new row that needs up to `count` bytes. What was appended for the last one is gone.
    mutating func reserve(_ count: Int) {
        used = 0
        if count <= room.count, room.count <= 65_536 { return }
        room.deallocate()
        room = .allocate(byteCount: max(count, 1024), alignment: 1)
    }

    /// Copies text and tells where it lies. Within the room that was reserved it never moves; past it, it is cut.
    mutating func append(_ text: some Collection<UInt8>) -> UnsafeRawBufferPointer {
        let free = UnsafeMutableRawBufferPointer(rebasing: room[used...])
        let copied = text.withContiguousStorageIfAvailable { source in
            let count = min(source.count, free.count)
            free.copyMemory(from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(source)[..<count]))
            return count
        }
        var count = copied ?? 0
        if copied == nil {
            for byte in text where count < free.count {
                free[count] = byte
                count += 1
            }
        }
        used += count
        return UnsafeRawBufferPointer(start: free.baseAddress, count: count)
    }

    deinit { room.deallocate() }
}
