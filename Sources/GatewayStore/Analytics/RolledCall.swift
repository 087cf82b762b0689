// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// What analytics know of one row of the log.
struct RolledCall {
    static let columns = """
        id, started_at, virtual_key, provider, model, response_model, policy, uid, unit, config, method, cache_status, status, \
        error, stream, user, input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens, \
        reasoning_output_tokens, cost_status, cost_nano_usd, saved_nano_usd, latency_us, upstream_us, first_chunk_us, attempts, \
        retries, fallbacks, request_bytes, response_bytes, trace_id, metadata
        """
    let id: Int
    let startedAt: Int
    /// In the order of `RollupDimension.allCases`.
    let values: [String?]
    let user: String?
    let traceID: String
    private let statement: SQLiteStatement
    private let status: Int

    /// - Parameter statement: stands on a row whose columns are `columns`, and stays there while this is used.
    init(_ statement: SQLiteStatement) {
        self.statement = statement
        id = statement.int(0) ?? 0
        startedAt = statement.int(1) ?? 0
        status = statement.int(12) ?? 0
        let asked = statement.text(4).map(bounded)
        values = [
            statement.text(2).map(bounded), statement.text(3).map(bounded), asked, statement.text(5).map(bounded) ?? asked,
            statement.text(6).map(bounded), statement.int(7).map(String.init), statement.text(8).map(bounded),
            statement.text(9).map(bounded), statement.text(10), statement.text(11) ?? CacheStatus.disabled.rawValue,
            String(status), statement.text(13), statement.int(14) == 0 ? "false" : "true",
        ]
        user = statement.text(15).map(bounded)
        traceID = statement.text(32) ?? ""
    }

    /// The metadata's own members: texts as they are, all else as JSON; lists and objects are left out.
    var metadata: [(key: String, value: String)] {
        guard let bytes = statement.bytes(33), let document = try? JSONDocument(bytes), document.kind(document.root) == .object
        else { return [] }
        var members: [(key: String, value: String)] = []
        for (key, value) in document.members(of: document.root) {
            guard let name = document.string(key), let text = Self.text(value, document) else { continue }
            members.append((bounded(name), bounded(text)))
        }
        return members
    }

    private static func text(_ value: JSONNode, _ document: JSONDocument) -> String? {
        switch document.kind(value) {
        case .string: document.string(value)
        case .object, .array, .null: nil
        default: String(decoding: document.raw(value), as: UTF8.self)
        }
    }

    /// Adds the call to a cell.
    func add(to cell: inout RollupCell) {
        cell.see(id: id, startedAt: startedAt)
        cell[.requests] &+= 1
        if values[12] == "true" { cell[.streams] &+= 1 }
        if user != nil { cell[.identified] &+= 1 }
        cell[.inputTokens] &+= statement.int(16) ?? 0
        cell[.outputTokens] &+= statement.int(17) ?? 0
        cell[.cacheReadTokens] &+= statement.int(18) ?? 0
        cell[.cacheCreationTokens] &+= statement.int(19) ?? 0
        cell[.reasoningTokens] &+= statement.int(20) ?? 0
        addMoney(to: &cell)
        addTimes(to: &cell)
        addTries(to: &cell)
        cell[.requestBytes] &+= statement.int(30) ?? 0
        cell[.responseBytes] &+= statement.int(31) ?? 0
    }

    private var isError: Bool { !(200...299).contains(status) }
    private var cacheStatus: CacheStatus { values[9].flatMap(CacheStatus.init(rawValue:)) ?? .disabled }

    private func addMoney(to cell: inout RollupCell) {
        let cost = Cost(statement.int(22).map { NanoUSD($0) }, status: statement.text(21))
        cell[.costNanoUSD] &+= cost.amount?.value ?? 0
        switch cost {
        case .unpriced: cell[.unpriced] &+= 1
        case .estimated: cell[.estimated] &+= 1
        case .priced: break
        }
        let saved = statement.int(23) ?? 0
        switch cacheStatus {
        case .hit: cell[.exactHits] &+= 1; cell[.savedExactNanoUSD] &+= saved
        case .semanticHit: cell[.semanticHits] &+= 1; cell[.savedSemanticNanoUSD] &+= saved
        case .coalesced: cell[.coalesced] &+= 1; cell[.savedExactNanoUSD] &+= saved
        case .miss, .semanticMiss, .refresh: cell[.misses] &+= 1
        case .disabled: break
        }
    }

    private func addTimes(to cell: inout RollupCell) {
        let latency = statement.int(24) ?? 0
        cell[.latencyMicroseconds] &+= latency
        cell.latencies.add(LatencyBuckets.bucket(of: latency))
        if cacheStatus.isHit {
            cell[.hitLatencyMicroseconds] &+= latency
        } else if !isError {
            cell[.liveLatencyMicroseconds] &+= latency
            cell[.liveCalls] &+= 1
        }
        if let upstream = statement.int(25) {
            cell[.upstreamMicroseconds] &+= upstream
            cell[.upstreamCalls] &+= 1
        }
        if let firstChunk = statement.int(26) {
            cell[.firstChunkMicroseconds] &+= firstChunk
            cell[.firstChunkCalls] &+= 1
        }
    }

    private func addTries(to cell: inout RollupCell) {
        let (retries, fallbacks) = (statement.int(28) ?? 0, statement.int(29) ?? 0)
        cell[.attempts] &+= statement.int(27) ?? 0
        cell[.retries] &+= retries
        if isError {
            cell[.errors] &+= 1
            cell.errorStatuses.add(status)
        } else {
            if retries > 0 { cell.rescuedByRetry.add(retries) }
            if fallbacks > 0 { cell[.rescuedByFallback] &+= 1 }
        }
    }
}

/// Cut where a character ends.
func bounded(_ text: String) -> String {
    if text.utf8.count <= RollupBounds.valueBytes { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: RollupBounds.valueBytes)
    while end.samePosition(in: text.unicodeScalars) == nil, end > text.startIndex { end = text.utf8.index(before: end) }
    return String(text[..<end])
}
