// SPDX-License-Identifier: Apache-2.0
import Glibc
import JSONBytes
import JSONRPC
import Synchronization

/// One connection and its reader thread: lines out, and each line in to the request that it belongs to.
final class Connection: Sendable {
    private let socket: UnixSocket
    private let inFlight = Mutex(InFlight())
    private let outbox = Mutex(Outbox())

    /// The longest line that is taken from the daemon; far above any answer, so that only a broken peer meets it.
    private static let maximumLineBytes = 256 * 1024 * 1024
    private static let readBytes = 64 * 1024

    init(_ socket: UnixSocket) {
        self.socket = socket
        startThread { self.readUntilClosed() }
    }

    /// Sends a request; `receiver` gets what comes back.
    /// - Returns: its id, for `cancel`.
    func start(_ method: String, _ params: WicketValue, _ receiver: InFlight.Receiver) throws(WicketError) -> Int {
        let id = try inFlight.withLock { (state) throws(WicketError) in try state.begin(receiver) }
        var line: [UInt8] = []
        line.reserveCapacity(params.rawJSON.count + method.utf8.count + 64)
        JSONRPCWriter.beginRequest(id: id, method, to: &line)
        let start = line.count
        line.append(contentsOf: params.rawJSON)
        replaceLineBreaks(in: &line, from: start)
        JSONRPCWriter.end(&line)
        send(line)
        return id
    }

    /// Ends a request here at once, and tells the daemon to end it there. Nothing happens when it has ended already.
    func cancel(_ id: Int) {
        guard let receiver = inFlight.withLock({ $0.end(id) }) else { return }
        receiver.onEnd(.failure(CancellationError()))
        var line: [UInt8] = []
        JSONRPCWriter.notification("$/cancelRequest", Array("{\"id\":\(id)}".utf8), to: &line)
        send(line)
    }

    /// Fails what is in flight with `reason` and hangs up.
    func close(_ reason: WicketError) {
        let (receivers, reason) = inFlight.withLock { $0.close(reason) }
        for receiver in receivers { receiver.onEnd(.failure(reason)) }
        socket.shutDown()
    }

    private func send(_ line: [UInt8]) {
        guard outbox.withLock({ $0.add(line) }) else { return }
        while let bytes = outbox.withLock({ $0.next() }) {
            // The reader meets the same end and fails what is in flight; it may know more of the reason.
            if !socket.write(bytes) { socket.shutDown() }
        }
    }

    private func readUntilClosed() {
        var splitter = LineSplitter(limit: Connection.maximumLineBytes)
        var reason = WicketError.hangUp
        withUnsafeTemporaryAllocation(byteCount: Connection.readBytes, alignment: 16) { buffer in
            reading: while true {
                let count = socket.read(into: buffer)
                if count == 0 { break }
                splitter.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                while let line = splitter.nextLine() {
                    guard let fault = deliver(line) else { continue }
                    reason = fault
                    break reading
                }
            }
        }
        close(reason)
    }

    /// - Returns: why the connection is of no use any more, or nil.
    private func deliver(_ line: LineSplitter.Line) -> WicketError? {
        guard case .complete(let bytes) = line else {
            return WicketError(type: "protocol_error", message: "The daemon sent a line that is too long.")
        }
        switch JSONRPCMessage.parse(bytes) {
        case .response(let response): return deliver(response)
        case .notification(let notification): deliver(notification)
        case .invalid(let invalid):
            return WicketError(type: "protocol_error", message: "The daemon sent what is no message: \(invalid.error.message).")
        // A client that sends no batch gets none, and the daemon asks nothing of its clients yet.
        case .request, .batch: break
        }
        return nil
    }

    private func deliver(_ response: JSONRPCResponse) -> WicketError? {
        let document = response.document
        let outcome: Result<WicketValue, any Error>
        switch response.outcome {
        case .result(let node): outcome = .success(WicketValue(document, node))
        case .failure(let code, let message, let data):
            let error = WicketError(code: code, message: message, data: data.map { WicketValue(document, $0) } ?? nil)
            // An error that belongs to no request: the daemon could not read what this side sent, and hangs up.
            if document.isNull(response.id) { return error }
            outcome = .failure(error)
        }
        if let id = document.int(response.id) { inFlight.withLock { $0.end(id) }?.onEnd(outcome) }
        return nil
    }

    private func deliver(_ notification: JSONRPCNotification) {
        let document = notification.document
        guard let params = notification.params, let chunk = document.find("chunk", in: params),
            let id = document.find("id", in: params).flatMap(document.int)
        else { return }
        inFlight.withLock { $0.receiver(of: id) }?.onChunk(WicketValue(document, chunk))
    }
}

/// Runs `body` on a thread of its own. Where none is to be had, the process is out of room for anything.
private func startThread(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, { pointer in
        guard let pointer else { return nil }
        Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
    }, box.toOpaque())
    if status == 0 { pthread_detach(thread) } else { box.takeRetainedValue().body() }
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
