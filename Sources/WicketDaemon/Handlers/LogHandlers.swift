// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import JSONBytes
import Routing
import SocketServer
import WicketProtocol

/// `logs.list`, `logs.get` and `requests.explain`: the journal. On the use socket a caller sees its own uid's rows, on the admin
/// socket all.
enum LogHandlers {
    static let all: [String: MethodHandler] = [
        LogsList.name: .plain(.both) { request async throws(GatewayFailure) in try await list(request) },
        LogsGet.name: .plain(.both) { request async throws(GatewayFailure) in try await get(request) },
        RequestsExplain.name: .plain(.admin) { request async throws(GatewayFailure) in try await explain(request) },
    ]

    private static func list(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(LogsList.Params.init(from:_:))
        var filter = try CallFilter(given.filter)
        if request.session.role == .use { filter.uid = request.peer.uid }
        let (store, wanted) = (request.session.services.shared.store, filter)
        // Whoever asks has often just had the reply, and rows are written a moment later. Not any caller may press the disk.
        if request.session.role == .admin, given.page.cursor == nil { try? await store.flush() }
        let page = try await inParams { () async throws(GatewayFailure) in
            try await store.calls(matching: wanted, limit: given.page.limit, cursor: given.page.cursor)
        }
        return json(LogsList.Result(logs: page.calls.map(row), nextCursor: page.nextCursor).write)
    }

    private static func get(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let text = try request.params(LogsGet.Params.init(from:_:)).id
        let missing = GatewayFailure(.notFound, "The log has no row \(text) of yours: logs.list gives the ids.")
        guard let id = Int(text) else { throw missing }
        let session = request.session
        let call = try await session.services.shared.store.call(id: id)
        // Someone else's row is not there, rather than forbidden: its id says nothing then.
        if session.role == .use, call.record.peer.uid != request.peer.uid { throw missing }
        return json(row(call).write)
    }

    private static func decisions(of record: CallRecord) -> [UInt8]? {
        record.decisions.map {
            Route.explanation(
                of: $0, target: record.target ?? "config", status: record.status, microseconds: record.upstreamMicroseconds ?? 0)
        }
    }

    private static func explain(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let trace = try request.params(RequestsExplain.Params.init(from:_:)).traceID
        let store = request.session.services.shared.store
        try? await store.flush()
        var filter = CallFilter()
        filter.traceID = trace
        let calls = try await store.calls(matching: filter, limit: RequestsExplain.mostRequests).calls
        if calls.isEmpty {
            throw GatewayFailure(.notFound, "The log has no call of the trace \(trace): a reply's gateway.trace_id names one.")
        }
        let requests = calls.reversed().map { call in
            RequestsExplain.Result.Request(call: row(call), decisions: decisions(of: call.record))
        }
        return json(RequestsExplain.Result(requests: requests).write)
    }

    static func row(_ call: StoredCall) -> LogRow {
        let record = call.record
        var row = LogRow(
            id: String(call.id), traceID: record.traceID, spanID: record.spanID,
            startedAt: Timestamp(milliseconds: record.startedAtMilliseconds).description, method: record.method,
            peer: ProcessDescription(record.peer),
            status: record.status)
        row.virtualKey = record.virtualKey
        row.provider = record.provider
        row.model = record.model
        row.responseModel = record.responseModel
        row.target = record.target
        row.error = record.errorName
        row.stream = record.stream
        row.usage = record.usage == Usage() ? nil : json { $0.usage(record.usage) }
        row.attempts = record.attempts
        row.chunks = record.chunks
        row.latencyMilliseconds = Double(record.latencyMicroseconds) / 1000
        row.upstreamMilliseconds = record.upstreamMicroseconds.map { Double($0) / 1000 }
        row.firstChunkMilliseconds = record.firstChunkMicroseconds.map { Double($0) / 1000 }
        row.costNanoUSD = record.cost.amount?.value
        row.costStatus = record.cost.status
        row.metadata = record.metadata.map(Array.init)
        row.cacheStatus = record.cacheStatus.rawValue
        row.cacheEntry = record.cacheEntry
        row.origin.parentSpanID = record.parentSpanID
        row.origin.spanName = record.spanName
        row.origin.policy = record.policy
        row.origin.config = record.config
        row.origin.user = record.user
        row.retries = record.retries
        row.fallbacks = record.fallbacks
        row.sizes.request = record.requestBytes
        row.sizes.response = record.responseBytes
        row.priceDigest = record.priceDigest
        row.savedNanoUSD = record.saved?.value
        row.queueMilliseconds = record.queueMicroseconds.map { Double($0) / 1000 }
        row.firstByteMilliseconds = record.firstByteMicroseconds.map { Double($0) / 1000 }
        return row
    }
}

extension ProcessDescription {
    init(_ peer: PeerIdentity) {
        self.init(
            pid: Int(peer.pid), uid: Int(peer.uid), gid: Int(peer.gid), executable: peer.executable, unit: peer.unit)
    }
}

extension CallFilter {
    init(_ given: LogFilter) throws(GatewayFailure) {
        self.init()
        traceID = given.traceID
        virtualKey = given.virtualKey
        provider = given.provider
        model = given.model
        method = given.method
        status = given.status
        errorName = given.error
        stream = given.stream
        uid = given.uid.map { UInt32(truncatingIfNeeded: $0) }
        unit = given.unit
        policy = given.policy
        config = given.config
        user = given.user
        cacheStatus = given.cacheStatus
        from = try Self.instant("since", given.since)
        to = try Self.instant("until", given.until)
        metadata = given.metadata.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) }
    }

    static func instant(_ key: String, _ text: String?) throws(GatewayFailure) -> Timestamp? {
        guard let text else { return nil }
        if let instant = Timestamp(rfc3339: text) { return instant }
        throw .invalidParams("params.filter.\(key)", "`\(key)` must be a time in RFC 3339, as in 2026-11-24T12:00:00Z.")
    }
}
