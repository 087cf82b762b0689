// SPDX-License-Identifier: Apache-2.0
import CCurl
import CCurlShim
import GatewayEngine
import GatewayModel
import Reactor

/// One easy handle and the exchange that it carries at the moment; pooled by its transport.
///
/// curl's callbacks fill it in, the waiting task empties it. It is confined to the reactor's thread.
// Sendable is sound: a cancellation handler or a `deinit` on another thread passes it to the reactor and touches nothing of it.
final class CurlTransfer: @unchecked Sendable {
    enum Stage {
        /// In the pool, or being prepared.
        case idle
        /// Waits for its turn at its host.
        case waiting
        /// In a multi handle.
        case running(CurlMulti)
        /// Over; `failure` says how, and what has been received can still be read.
        case ended
    }

    let easy: UnsafeMutableRawPointer
    let transport: CurlTransport
    /// Counts the exchanges that this handle has carried: a late cancellation must not hit the next one.
    private(set) var use: UInt64 = 0
    var stage = Stage.idle
    /// The host's gate that it passed or waits at, if the host has one.
    var gate: HostGate?
    /// Its place in the transport's list of transfers that have begun.
    var index = 0

    var head = ReceivedHead()
    var received: [UInt8] = []
    private(set) var failure: GatewayFailure?
    var isPaused = false
    /// How large the body may get when it is collected; nil while it is read piece by piece.
    var collectLimit: Int?

    private var url = ""
    /// What curl reads in place while the transfer runs.
    private var body: ArraySlice<UInt8> = []
    private(set) var lines: HeaderList
    private var setup: CurlSetup
    private var deadlines = Deadlines()
    private var timer: TimerID?
    private var wanted = Milestone.end
    private var waiter: UnsafeContinuation<Void, Never>?
    /// See `UpstreamRequest`.
    private(set) var refusesHostItself = false
    /// An address of the host was in the way; where another one answers, that is all right.
    private var hasRefusedAddress = false

    /// What a task waits for; the end always counts.
    enum Milestone { case head, bytes, end }

    init(easy: UnsafeMutableRawPointer, transport: CurlTransport) {
        self.easy = easy
        self.transport = transport
        lines = HeaderList(userAgent: transport.options.userAgent)
        setup = CurlSetup(easy, options: transport.options)
        installReceivers()
        installAddressChecks()
    }

    deinit { curl_easy_cleanup(easy) }

    var isOver: Bool { if case .ended = stage { true } else { false } }

    // MARK: The life of an exchange

    /// Hands it to curl.
    /// - Returns: false when curl has no room for it.
    func start(on multi: CurlMulti, sharesConnection: Bool) -> Bool {
        stage = .running(multi)
        setup.apply(sharesConnection: sharesConnection)
        return multi.add(easy)
    }

    /// - Throws: `invalid_params` for what may not be sent.
    func prepare(_ request: UpstreamRequest) throws(GatewayFailure) {
        use &+= 1
        try lines.fill(request)
        url = request.url
        body = request.body
        refusesHostItself = request.refusesHostItself
        hasRefusedAddress = false
        setup.apply(request, lines: lines.first)
        // The pointer outlives the closure, soundly: an array's elements stay where they are while a reference to their storage
        // lives (`body`, until `reset`), and whoever mutates the caller's array meanwhile mutates a copy.
        body.withUnsafeBytes { setup.apply(body: $0, method: request.method) }
        deadlines = Deadlines(request.timeouts, clock: { transport.reactor.now })
        arm()
    }

    /// curl is done with it.
    func curlEnded(_ code: CURLcode) {
        if failure == nil, code != CURLE_OK { failure = failureOf(code) }
        if failure == nil, !head.isComplete { failure = .unreachable(authority, "It ended the connection without an answer.") }
        end()
    }

    /// Ends it early: off the multi handle at once. Without effect when it is over.
    func abort(_ reason: GatewayFailure) {
        if isOver { return }
        giveUp(reason)
        end()
    }

    private func end() {
        transport.takeOff(self)
        stage = .ended
        if let timer { transport.reactor.cancel(timer) }
        timer = nil
        lines.wipe()
        signal(.end)
    }

    /// Back to how it was before `prepare`, small enough to be kept.
    func reset() {
        if !isOver { abort(.callCancelled) }
        stage = .idle
        lines.wipe()
        head.reset()
        received = received.capacity > 32 << 10 ? [] : received
        received.removeAll(keepingCapacity: true)
        gate = nil
        failure = nil
        isPaused = false
        collectLimit = nil
        url = ""
        body = []
    }

    // MARK: Reading

    /// Lets curl go on after `isPaused`. It may call back at once with what it held back, so this is for the reading task only.
    func resume() {
        guard isPaused, case .running = stage else { return }
        isPaused = false
        let code = curl_easy_pause(easy, CURLPAUSE_CONT)
        if code != CURLE_OK { abort(failureOf(code)) }
    }

    /// From now on the body is kept until its end; more than `limit` bytes are a failure.
    func collect(limit: Int) {
        collectLimit = limit
        if isOver { return }
        let length = bodyLength
        if max(received.count, length) > limit { return abort(.bodyTooLarge(authority, limit: limit)) }
        received.reserveCapacity(max(0, length))
        resume()
    }

    /// Whether curl has begun to send it: before that it waits for a connection.
    var hasBeenSent: Bool {
        var microseconds: curl_off_t = 0
        _ = wicket_curl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds)
        return microseconds > 0
    }

    func refuseAddress() { hasRefusedAddress = true }

    // MARK: Waiting

    /// Suspends the calling task until `milestone` may have been reached; it looks for itself and asks again.
    func wait(for milestone: Milestone) async {
        let use = use
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                if Task.isCancelled { abort(.callCancelled) }
                if isOver { return continuation.resume() }
                wanted = milestone
                waiter = continuation
            }
        } onCancel: {
            let reactor = transport.reactor
            if reactor.isCurrent { return abort(.callCancelled) }
            reactor.perform { if self.use == use { self.abort(.callCancelled) } }
        }
    }

    /// Makes the waiting task ready if this is what it waits for. It runs later, from the reactor's queue: this may be called by
    /// curl.
    func signal(_ milestone: Milestone) {
        guard let waiter, milestone == .end || milestone == wanted else { return }
        self.waiter = nil
        waiter.resume()
    }

    // MARK: Deadlines

    private func arm() {
        guard let due = deadlines.next(headArrived: head.isComplete) else { return }
        timer = transport.reactor.schedule(at: due) { [self] in deadlinePassed() }
    }

    private func deadlinePassed() {
        timer = nil
        let now = transport.reactor.now
        if let passed = deadlines.passed(now: now, headArrived: head.isComplete) { return abort(.timeout(authority, passed)) }
        arm()
    }

    /// Host and port, for messages.
    var authority: String { (try? UpstreamURL(url))?.authority ?? "The provider" }
}

// MARK: - What curl's callbacks do

extension CurlTransfer {
    fileprivate func installReceivers() {
        let user = Unmanaged.passUnretained(self).toOpaque()
        _ = wicket_curl_set_pointer(easy, CURLOPT_PRIVATE, user)
        _ = wicket_curl_set_head_receiver(easy, { bytes, size, count, user in
            var taken = 0
            withOwner(CurlTransfer.self, user) { taken = $0.receiveHeadLine(bytes, size &* count) }
            return taken
        }, user)
        _ = wicket_curl_set_body_receiver(easy, { bytes, size, count, user in
            var taken = 0
            withOwner(CurlTransfer.self, user) { taken = $0.receiveBody(bytes, size &* count) }
            return taken
        }, user)
    }

    /// - Returns: how much was taken; anything but all makes curl give up.
    private func receiveHeadLine(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let wasComplete = head.isComplete
        let line = UnsafeRawBufferPointer(start: bytes, count: count)
        guard head.receive(line) else {
            giveUp(.unreachable(authority, "Its answer's head is not HTTP, or larger than \(ReceivedHead.byteLimit >> 10) KB."))
            return 0
        }
        if head.isComplete, !wasComplete {
            // curl sends a request a second time only on a connection that gave no answer.
            lines.wipe()
            let length = bodyLength
            if length > 0, length <= transport.options.unreadLimit { received.reserveCapacity(length) }
            signal(.head)
        }
        return count
    }

    private func receiveBody(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        if let collectLimit {
            if received.count + count > collectLimit {
                giveUp(.bodyTooLarge(authority, limit: collectLimit))
                return 0
            }
        } else if received.count >= transport.options.unreadLimit {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        // A body in small pieces (chunks, HTTP/2) comes by one callback for each: room for all that curl has read at once.
        if received.isEmpty, received.capacity < count {
            received.reserveCapacity(max(count, transport.options.receiveBufferSize))
        }
        received.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        signal(.bytes)
        return count
    }

    /// What the head says of the body's length in bytes, or -1.
    var bodyLength: Int {
        var length: curl_off_t = -1
        _ = wicket_curl_get_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
        return Int(length)
    }

    /// Notes why, unless something was wrong before. Within a callback it ends when curl has returned.
    private func giveUp(_ reason: GatewayFailure) {
        if failure == nil { failure = reason }
    }

    private func failureOf(_ code: CURLcode) -> GatewayFailure {
        if hasRefusedAddress, !head.isComplete { return .leadsToHostItself(authority) }
        let reason = setup.errorText ?? String(cString: curl_easy_strerror(code))
        // The other limits are our own.
        if code == CURLE_OPERATION_TIMEDOUT {
            var failure = GatewayFailure.timeout(authority, .connect(milliseconds: setup.connectMilliseconds), reason)
            failure.reachedNobody = true
            return failure
        }
        let beforeSending = [
            CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
        ]
        if beforeSending.contains(code) {
            var failure = GatewayFailure.unreachable(authority, reason)
            failure.reachedNobody = true
            return failure
        }
        return head.isComplete ? .cutShort(authority, reason) : .unreachable(authority, reason)
    }
}
