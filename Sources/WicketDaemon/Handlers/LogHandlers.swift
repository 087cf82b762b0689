// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import JSONBytes
import SocketServer
import WicketProtocol

/// `logs.list` and `logs.get`: the journal. On the use socket a caller sees its own uid's rows, on the admin socket all.
enum LogHandlers {
    static let all: [String: MethodHandler] = [
        "logs.list": .plain(.both) { request async throws(GatewayFailure) in try await list(request) },
        "logs.get": .plain(.both) { request async throws(GatewayFailure) in try await get(request) },
    ]

    private static let filterKeys = [
        "trace_id", "virtual_key", "provider", "model", "method", "status", "error", "stream", "since", "until",
    ]

    private static func list(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let params = try request.params(known: ["filter", "limit", "cursor"])
        var filter = CallFilter()
        let limit: Int
        let cursor: String?
        do throws(ParamsError) {
            limit = try params.int("limit") ?? 50
            cursor = try params.string("cursor")
            if let node = params.node("filter") { try read(node, request, into: &filter) }
        } catch { throw GatewayFailure(error) }
        if request.session.role == .use { filter.uid = request.session.connection.peer.uid }
        let page: CallPage
        do throws(GatewayFailure) {
            page = try await request.session.services.shared.store.calls(matching: filter, limit: limit, cursor: cursor)
        } catch {
            var failure = error
            failure.path = failure.path.map { "params." + $0 }
            throw failure
        }
        var json = JSONWriter(reserving: 512 * (page.calls.count + 1))
        json.beginObject()
        json.key("logs")
        json.beginArray()
        for call in page.calls { write(call, to: &json) }
        json.endArray()
        json.key("next_cursor")
        json.string(orNull: page.nextCursor)
        json.endObject()
        return json.bytes
    }

    private static func get(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let params = try request.params(known: ["id"])
        let text: String
        do throws(ParamsError) { text = try params.required("id") } catch { throw GatewayFailure(error) }
        let session = request.session
        guard let id = Int(text) else { throw .noSuchRow(text) }
        let call = try await session.services.shared.store.call(id: id)
        // Someone else's row is not there, rather than forbidden: its id says nothing then.
        if session.role == .use, call.record.peer.uid != session.connection.peer.uid { throw .noSuchRow(text) }
        var json = JSONWriter()
        write(call, to: &json)
        return json.bytes
    }

    // MARK: Filter

    private static func read(
        _ node: JSONNode, _ request: RunningRequest, into filter: inout CallFilter
    ) throws(ParamsError) {
        let document = request.document
        guard document.kind(node) == .object else { throw ParamsError("params.filter", "`filter` must be an object.") }
        var names = filterKeys
        for (key, value) in document.members(of: node) {
            guard let name = document.string(key), name.hasPrefix("metadata.") else { continue }
            names.append(name)
            guard let text = document.string(value) else { throw ParamsError("params.filter.\(name)", "`\(name)` must be a string.") }
            filter.metadata.append((String(name.dropFirst("metadata.".utf8.count)), .text(text)))
        }
        let reader = try ParamsReader(document, node, path: "params.filter", known: names)
        filter.traceID = try reader.string("trace_id")
        filter.virtualKey = try reader.string("virtual_key")
        filter.provider = try reader.string("provider")
        filter.model = try reader.string("model")
        filter.method = try reader.string("method")
        filter.status = try reader.int("status")
        filter.errorName = try reader.string("error")
        filter.stream = try reader.bool("stream")
        filter.from = try instant("since", reader)
        filter.to = try instant("until", reader)
    }

    private static func instant(_ key: String, _ reader: ParamsReader) throws(ParamsError) -> Timestamp? {
        guard let text = try reader.string(key) else { return nil }
        guard let instant = Timestamp(rfc3339: text) else { throw reader.wrong(key, "a time in RFC 3339, as in 2026-11-24T12:00:00Z") }
        return instant
    }

    // MARK: Row

    private static func write(_ call: StoredCall, to json: inout JSONWriter) {
        let record = call.record
        json.beginObject()
        json.key("id")
        json.string(String(call.id))
        json.key("trace_id")
        json.string(record.traceID)
        json.key("span_id")
        json.string(record.spanID)
        json.key("started_at")
        json.string(Timestamp(milliseconds: record.startedAtMilliseconds).description)
        json.key("method")
        json.string(record.method)
        json.key("peer")
        write(record.peer, to: &json)
        json.key("virtual_key")
        json.string(orNull: record.virtualKey)
        json.key("provider")
        json.string(orNull: record.provider)
        json.key("model")
        json.string(orNull: record.model)
        json.key("response_model")
        json.string(orNull: record.responseModel)
        json.key("target")
        json.string(orNull: record.target)
        json.key("status")
        json.int(record.status)
        json.key("error")
        json.string(orNull: record.errorName)
        json.key("stream")
        json.bool(record.stream)
        json.key("usage")
        if record.usage == Usage() { json.null() } else { json.usage(record.usage) }
        json.key("attempts")
        json.int(record.attempts)
        json.key("chunks")
        json.int(record.chunks)
        json.key("latency_ms")
        json.latency(
            total: record.latencyMicroseconds, upstream: record.upstreamMicroseconds, firstChunk: record.firstChunkMicroseconds)
        json.key("cost")
        json.cost(record.cost)
        json.key("metadata")
        if let metadata = record.metadata { json.raw(metadata) } else { json.null() }
        json.endObject()
    }

    private static func write(_ peer: PeerIdentity, to json: inout JSONWriter) {
        json.beginObject()
        json.key("pid")
        json.int(Int(peer.pid))
        json.key("uid")
        json.int(Int(peer.uid))
        json.key("gid")
        json.int(Int(peer.gid))
        json.key("executable")
        json.string(orNull: peer.executable)
        json.key("unit")
        json.string(orNull: peer.unit)
        json.endObject()
    }
}

extension GatewayFailure {
    fileprivate static func noSuchRow(_ id: String) -> GatewayFailure {
        GatewayFailure(.notFound, "The log has no row \(id) of yours: logs.list gives the ids.")
    }
}
