// SPDX-License-Identifier: Apache-2.0
import CLinux
package import GatewayModel
import Glibc
package import JSONRPC
package import Reactor

/// What is told about a connection, on its reactor's thread.
package protocol ConnectionDelegate: AnyObject {
    /// A line has come in, or one that is too long: then nothing more is read.
    func received(_ line: LineSplitter.Line)
    /// The peer will send nothing more, but may still wait for what it is owed.
    func inputEnded()
    /// The connection is gone: the peer hung up, stopped reading for too long, or `close` was called. Told once.
    func closed()
}

/// Limits on what one connection may hold.
package struct ConnectionLimits: Sendable {
    /// The longest line that is taken, in bytes.
    package var lineBytes: Int
    /// With more than this unsent, nothing more is read from the peer and streams wait.
    package var unsentBytes: Int
    /// A peer that takes nothing for this long while it is owed something is hung up on.
    package var stuckNanoseconds: UInt64
    package init(lineBytes: Int = 16 << 20, unsentBytes: Int = 1 << 20, stuckNanoseconds: UInt64 = 30_000_000_000) {
        self.lineBytes = lineBytes
        self.unsentBytes = unsentBytes
        self.stuckNanoseconds = stuckNanoseconds
    }
}

/// One peer's connection: lines in, bytes out, never more of either than the limits say. Confined to its reactor's thread.
///
/// Output is gathered and written once a turn. A peer that shuts down only its writing side still gets what it is owed;
/// one that closes loses everything at once.
package final class Connection {
    package let peer: PeerIdentity
    /// Kept until the connection is closed.
    package var delegate: (any ConnectionDelegate)?

    private let descriptor: Int32
    private unowned let server: ConnectionServer
    private let limits: ConnectionLimits
    private var registration: Registration?
    private var interest = Readiness.input
    private var splitter: LineSplitter

    private var output: [UInt8] = []
    /// How much of `output` the kernel has taken.
    private var sent = 0
    var isQueuedForFlush = false
    private var writeWaiters: [UnsafeContinuation<Void, Never>] = []
    private var stuckTimer: TimerID?
    private var progress: UInt64 = 0

    private(set) package var isClosed = false
    /// The peer will send nothing more.
    private var inputEnded = false
    private var endWasTold = false
    private var closesWhenSent = false

    init(descriptor: Int32, peer: PeerIdentity, server: ConnectionServer, limits: ConnectionLimits) throws(ReactorError) {
        self.descriptor = descriptor
        self.peer = peer
        self.server = server
        self.limits = limits
        splitter = LineSplitter(limit: limits.lineBytes)
        registration = try server.reactor.register(descriptor, interest, self)
    }

    // MARK: Output

    private var unsent: Int { output.count - sent }

    /// The peer reads more slowly than it is sent to: streams should wait.
    package var isCongested: Bool { unsent > limits.unsentBytes }

    /// Appends output through `body`; it is written at the end of the turn.
    package func write(_ body: (inout [UInt8]) -> Void) {
        if isClosed { return }
        body(&output)
        server.queueFlush(self)
    }

    /// Waits while the peer is owed more than the limit. Returns at once on a connection that is closed: the caller's task is
    /// cancelled then.
    package func waitUntilWritable() async {
        while isCongested, !isClosed, !Task.isCancelled {
            await withUnsafeContinuation { writeWaiters.append($0) }
        }
    }

    /// Wakes whoever waits for room, so that it looks again (whether its task was cancelled, say).
    package func wakeWriteWaiters() {
        let waiters = writeWaiters
        writeWaiters.removeAll(keepingCapacity: true)
        for waiter in waiters { waiter.resume() }
    }

    /// Reads nothing more; what is owed can still be sent.
    package func stopReading() {
        inputEnded = true
        endWasTold = true
        updateInterest()
    }

    /// Closes once everything that was written has been sent; nothing more is read.
    package func closeWhenSent() {
        closesWhenSent = true
        inputEnded = true
        server.queueFlush(self)
    }

    /// Closes at once; what is unsent is lost.
    package func close() {
        if isClosed { return }
        isClosed = true
        if let registration { server.reactor.unregister(registration) }
        registration = nil
        if let stuckTimer { server.reactor.cancel(stuckTimer) }
        Glibc.close(descriptor)
        output = []
        sent = 0
        server.forget(self)
        wakeWriteWaiters()
        delegate?.closed()
        delegate = nil
    }

    /// Writes what is pending. Called once a turn, and when the kernel has room again.
    func flush() {
        while !isClosed, unsent > 0 {
            let count = output.withUnsafeBytes { send(descriptor, $0.baseAddress.map { $0 + sent }, unsent, Int32(MSG_NOSIGNAL)) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { break }
                return close()
            }
            sent += count
            progress &+= 1
        }
        if isClosed { return }
        releaseSentOutput()
        if unsent == 0, closesWhenSent { return close() }
        if !isCongested, !writeWaiters.isEmpty { wakeWriteWaiters() }
        watchStuckPeer()
        updateInterest()
        if !isCongested { deliverLines() }
    }

    private func releaseSentOutput() {
        if sent == output.count {
            // Room for a burst is given back; the room of ordinary replies is kept.
            output.removeAll(keepingCapacity: output.capacity <= 64 << 10)
            sent = 0
        } else if sent > 256 << 10 {
            output.removeSubrange(0..<sent)
            sent = 0
        }
    }

    private func watchStuckPeer() {
        if unsent == 0 {
            if let stuckTimer { server.reactor.cancel(stuckTimer) }
            stuckTimer = nil
        } else if stuckTimer == nil {
            let seen = progress
            stuckTimer = server.reactor.schedule(at: server.reactor.now &+ limits.stuckNanoseconds) { [unowned self] in
                stuckTimer = nil
                if progress == seen { close() } else { watchStuckPeer() }
            }
        }
    }

    private func updateInterest() {
        var wanted = !inputEnded && !isCongested ? Readiness.input : .none
        if unsent > 0 { wanted.insert(.writable) }
        if wanted == interest { return }
        interest = wanted
        if let registration { server.reactor.update(registration, wanted) }
    }

    // MARK: Input

    /// What comes in may be a secret: no copy of it is left behind in the buffers that it passes through.
    package var holdsSecrets = false

    private func read() {
        if !holdsSecrets { return readSome() }
        wicket_begin_wiping_freed_memory()
        readSome()
        if let base = server.readBuffer.baseAddress { explicit_bzero(base, server.readBuffer.count) }
        splitter.giveBackRoom()
        wicket_end_wiping_freed_memory()
    }

    private func readSome() {
        // A few reads a turn at most, so that one loud peer does not starve the others.
        for _ in 0..<4 where !isClosed && !inputEnded && !isCongested {
            let count = server.readBuffer.withMemoryRebound(to: UInt8.self) { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno != EAGAIN { close() }
                return
            }
            if count == 0 { return endInput() }
            splitter.receive(UnsafeRawBufferPointer(rebasing: server.readBuffer[0..<count]))
            deliverLines()
            if count < server.readBuffer.count { return }
        }
    }

    private func deliverLines() {
        while !isClosed, !isCongested {
            if let line = splitter.nextLine() {
                delegate?.received(line)
            } else {
                if inputEnded, !endWasTold {
                    endWasTold = true
                    delegate?.inputEnded()
                }
                return
            }
        }
    }

    private func endInput() {
        inputEnded = true
        updateInterest()
        server.queueFlush(self)
        splitter.finish()
        deliverLines()
    }
}

extension Connection: ReadinessHandler {
    package func descriptorReady(_ readiness: Readiness) {
        if readiness.isGone {
            // What the peer sent before it went is of no use to anyone: nobody is there for the answer.
            return close()
        }
        if readiness.isWritable { flush() }
        if !isClosed, readiness.hasInput { read() }
    }
}
