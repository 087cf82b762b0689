// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayStore
import JSONBytes
import Reactor
import Synchronization
import WicketProtocol

/// `logs.tail` and `logs.export`: rows of the journal as a stream of notifications.
enum LogStreamHandlers {
    static let all: [String: MethodHandler] = [
        LogsTail.name: .stream(.admin, "logs.tail.chunk") { request async throws(GatewayFailure) in try await tail(request) },
        LogsExport.name: .stream(.admin, "logs.export.chunk") { request async throws(GatewayFailure) in
            try await export(request)
        },
    ]

    /// How soon a new row is seen: too soon for a person to tell, and rare enough to cost nothing.
    private static let pause: UInt64 = 100_000_000
    private static let pageSize = 500

    /// - Returns: how many rows went out by the time that the daemon drains; a caller that has enough cancels.
    private static func tail(_ request: RunningRequest) async throws(GatewayFailure) -> Int {
        let given = try request.params(LogsTail.Params.init(from:_:))
        let filter = try CallFilter(given.filter)
        let services = request.session.services
        let store = services.shared.store
        // Who asks for some calls only is not told of what is none.
        let tellsAlerts = given.filter == LogFilter()
        var alertsSeen = services.shared.alerts.count
        try? await store.flush()
        var (last, sent, written) = (try await store.newestCall(), 0, -1)
        if let text = given.after {
            guard let id = Int(text) else { throw .invalidParams("params.after", "`after` must be the id of a row.") }
            last = max(0, id)
        }
        while !services.shared.isDraining.load(ordering: .relaxed) {
            let now = store.statistics.written
            if now != written {
                let new = try await store.calls(after: last, matching: filter, limit: pageSize)
                last = new.last
                sent += new.calls.count
                // Where there may be more at once, they are not waited for.
                if new.calls.count < pageSize { written = now }
                try await send(new.calls, to: request) { LogHandlers.row($0).write(to: &$1) }
            }
            if tellsAlerts {
                let new = services.shared.alerts.after(alertsSeen)
                alertsSeen = new.count
                try await send(new.alerts, to: request) { $0.write(to: &$1) }
            }
            if now == written { try await pause(request) }
        }
        return sent
    }

    private static func send<Entry>(
        _ entries: [Entry], to request: RunningRequest, _ write: (Entry, inout JSONWriter) -> Void
    ) async throws(GatewayFailure) {
        if entries.isEmpty { return }
        var batch = ChunkBatch()
        for entry in entries {
            JSONWriter.append(to: &batch.bytes) { write(entry, &$0) }
            batch.endChunk()
        }
        await request.send(batch)
        if Task.isCancelled { throw .callCancelled }
    }

    private static func pause(_ request: RunningRequest) async throws(GatewayFailure) {
        do throws(CancellationError) { try await request.session.services.reactor.sleep(nanoseconds: pause) } catch {
            throw .callCancelled
        }
    }

    private static func export(_ request: RunningRequest) async throws(GatewayFailure) -> Int {
        let given = try request.params(LogsExport.Params.init(from:_:))
        let filter = try CallFilter(given.filter)
        let store = request.session.services.shared.store
        try? await store.flush()
        var (sent, cursor): (Int, String?) = (0, nil)
        var text = given.format == .csv ? LogCSV.header : []
        repeat {
            let page = try await store.calls(matching: filter, limit: pageSize, cursor: cursor)
            for call in page.calls {
                switch given.format {
                case .csv: LogCSV.append(call, to: &text)
                case .jsonl:
                    JSONWriter.append(to: &text) { LogHandlers.row(call).write(to: &$0) }
                    text.append(UInt8(ascii: "\n"))
                }
            }
            if !text.isEmpty {
                var batch = ChunkBatch()
                JSONWriter.append(to: &batch.bytes) { LogsExport.Chunk(text: text).write(to: &$0) }
                batch.endChunk()
                await request.send(batch)
                text.removeAll(keepingCapacity: true)
            }
            if Task.isCancelled { throw .callCancelled }
            sent += page.calls.count
            cursor = page.nextCursor
        } while cursor != nil
        return sent
    }
}

extension MethodHandler {
    /// A method that answers in notifications, and then with how many rows they had.
    fileprivate static func stream(
        _ socket: RPCSocket, _ notification: StaticString,
        _ body: @escaping @Sendable (RunningRequest) async throws(GatewayFailure) -> Int
    ) -> MethodHandler {
        MethodHandler(socket: socket) { request in
            request.chunkMethod = notification
            do throws(GatewayFailure) {
                if request.batch != nil {
                    throw GatewayFailure(.invalidRequest, "A stream cannot be part of a batch: send it as a request of its own.")
                }
                request.succeed(json(RowCount(rows: try await body(request)).write))
            } catch {
                request.fail(error)
            }
        }
    }
}
