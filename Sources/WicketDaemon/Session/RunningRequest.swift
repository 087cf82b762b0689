// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import JSONRPC
import SocketServer

/// A request from its line to its reply: what was asked, who answers, where the answer goes.
final class RunningRequest {
    let request: JSONRPCRequest
    let session: RPCSession
    let batch: BatchReplies?
    var task: Task<Void, Never>?
    /// Its place among the session's running ones; nil before and after.
    var place: Int?
    private(set) var hasReplied = false
    private(set) var sentChunks = 0
    /// The notification that carries a piece of its stream.
    var chunkMethod: StaticString = "chat.completions.chunk"
    /// What stands before each piece, the same for all of them.
    private var chunkHead: [UInt8] = []

    init(_ request: JSONRPCRequest, session: RPCSession, batch: BatchReplies?) {
        self.request = request
        self.session = session
        self.batch = batch
    }

    var document: JSONDocument { request.document }
    /// Who asks.
    var peer: PeerIdentity { session.connection.peer }

    /// Ends the work at once; the reply is `cancelled`.
    func cancel() {
        task?.cancel()
        session.connection.wakeWriteWaiters()
    }

    // MARK: The one reply

    func succeed(_ result: [UInt8]) {
        reply { out in JSONRPCWriter.result(id: request.rawID, result, to: &out) }
    }

    func fail(_ failure: GatewayFailure, report: CallReport? = nil) {
        // Whoever denied it: the socket's rules, a policy, the vault.
        if failure.code == .permissionDenied, !hasReplied {
            session.services.shared.audit.denied(failure, by: peer, method: request.methodName)
        }
        reply { out in
            writeFailure(failure, id: request.rawID, report: report, afterChunks: sentChunks, to: &out)
        }
    }

    /// Sends the reply, which must be one whole line.
    func reply(_ write: (inout [UInt8]) -> Void) {
        if hasReplied { return }
        hasReplied = true
        task = nil
        if let batch { batch.settle(write) } else { session.connection.write(write) }
        session.remove(self)
    }
}

extension RunningRequest: ChunkSink {
    /// One notification a piece, all of a batch in one write.
    func send(_ chunks: borrowing ChunkBatch) async {
        sentChunks += chunks.count
        if chunkHead.isEmpty { chunkHead = makeChunkHead() }
        session.connection.write { out in
            out.reserveCapacity(out.count + chunks.bytes.count + chunks.count * (chunkHead.count + 3))
            // Over pointers: slices would be counted as references, twice for each piece.
            chunkHead.withUnsafeBufferPointer { head in
                chunks.bytes.withUnsafeBufferPointer { bytes in
                    var start = 0
                    for end in chunks.ends {
                        out.append(contentsOf: head)
                        out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<end]))
                        append("}}\n", to: &out)
                        start = end
                    }
                }
            }
        }
        if session.connection.isCongested { await session.connection.waitUntilWritable() }
    }

    private func makeChunkHead() -> [UInt8] {
        var head: [UInt8] = []
        JSONRPCWriter.beginNotification(chunkMethod, to: &head)
        append("{\"id\":", to: &head)
        head.append(contentsOf: request.rawID)
        append(",\"chunk\":", to: &head)
        return head
    }
}

/// The replies to a batch, until the last one is there.
final class BatchReplies {
    private let connection: Connection
    private var replies = JSONRPCBatchReply()
    private var awaited = 0

    init(_ connection: Connection) { self.connection = connection }

    /// One more has to come.
    func expect() { awaited += 1 }

    /// One has come.
    func settle(_ write: (inout [UInt8]) -> Void) {
        var line: [UInt8] = []
        write(&line)
        replies.add(line)
        release()
    }

    /// One that was expected says nothing.
    func release() {
        awaited -= 1
        if awaited == 0 { connection.write { replies.finish(to: &$0) } }
    }
}

/// Appends text that is part of a message as it stands.
@inline(__always)
func append(_ text: StaticString, to out: inout [UInt8]) {
    out.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
}
