// SPDX-License-Identifier: Apache-2.0
import Glibc
import Reactor
import ReactorTestSupport
import Testing

@Suite struct DescriptorTests {
    @Test func `a handler hears of its descriptor until it is unregistered`() async throws {
        try await withReactor { thread in
            let counts = try await thread.run { reactor in
                let pipe = Pipe()
                let handler = Counter()
                let registration = try reactor.register(pipe.reading, .readable, handler)
                pipe.write()
                await reactor.nextTurn()
                let first = handler.events
                reactor.update(registration, [])
                await reactor.nextTurn()
                let muted = handler.events
                reactor.update(registration, .readable)
                await reactor.nextTurn()
                let again = handler.events
                reactor.unregister(registration)
                await reactor.nextTurn()
                return [first > 0, muted == first, again > muted, handler.events == again]
            }
            #expect(counts == [true, true, true, true])
        }
    }

    @Test func `a hang-up is reported without being asked for`() async throws {
        try await withReactor { thread in
            let seen = try await thread.run { reactor in
                let pipe = Pipe()
                let handler = Counter()
                let registration = try reactor.register(pipe.reading, [], handler)
                pipe.closeWriting()
                await reactor.nextTurn()
                reactor.unregister(registration)
                return handler.last
            }
            #expect(seen.contains(.hangUp))
        }
    }

    /// Two descriptors are ready in one batch of events. Whoever is told first closes the other one, and its number goes to a new
    /// owner at once: the event that is already in the batch is not the new owner's.
    @Test(arguments: [true, false])
    func `an event is nobody's when its descriptor's number got a new owner in the same batch`(isAnnounced: Bool) async throws {
        try await withReactor { thread in
            let counts = try await thread.run { reactor in
                let pipes = [Pipe(), Pipe()]
                let replacement = Pipe()
                let handlers = [Counter(), Counter()]
                let newcomer = Counter()
                var registrations: [Registration] = []
                for index in 0...1 {
                    registrations.append(try reactor.register(pipes[index].reading, .readable, handlers[index]))
                    pipes[index].write()
                }
                for index in 0...1 {
                    handlers[index].body = {
                        let other = 1 - index
                        handlers[other].body = nil
                        handlers[index].body = nil
                        pipes[index].drain()
                        if isAnnounced { reactor.unregister(registrations[other], closed: true) }
                        dup2(replacement.reading, pipes[other].reading)
                        registrations.append(try! reactor.register(pipes[other].reading, .readable, newcomer))
                        // A late call of the old owner must not harm the new one.
                        reactor.unregister(registrations[other])
                        reactor.update(registrations[other], [])
                    }
                }
                await reactor.nextTurn()
                let told = handlers[0].events + handlers[1].events
                let stale = newcomer.events
                replacement.write()
                await reactor.nextTurn()
                for registration in registrations { reactor.unregister(registration) }
                return [told, stale, min(newcomer.events, 1)]
            }
            #expect(counts == [1, 0, 1])
        }
    }

    @Test func `a descriptor that cannot be watched is refused, and the present owner stays`() async throws {
        try await withReactor { thread in
            let refused = try await thread.run { reactor in
                let pipe = Pipe()
                let handler = Counter()
                let registration = try reactor.register(pipe.reading, .readable, handler)
                var refusals: [Int32] = []
                for descriptor in [pipe.reading, -1, 1_000_000] {
                    do throws(ReactorError) {
                        _ = try reactor.register(descriptor, .readable, Counter())
                    } catch { refusals.append(error.errno) }
                }
                pipe.write()
                await reactor.nextTurn()
                reactor.unregister(registration)
                return refusals + [Int32(min(handler.events, 1))]
            }
            #expect(refused == [EEXIST, EBADF, EBADF, 1])
        }
    }
}

/// Counts what it hears, and may act on it.
final class Counter: ReadinessHandler {
    private(set) var events = 0
    private(set) var last: Readiness = []
    var body: (() -> Void)?

    func descriptorReady(_ readiness: Readiness) {
        events += 1
        last = readiness
        body?()
    }
}

final class Pipe {
    let reading: Int32
    private var writing: Int32

    init() {
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        close(reading)
        closeWriting()
    }

    func write() { _ = Glibc.write(writing, "x", 1) }

    func drain() {
        var byte: UInt8 = 0
        while read(reading, &byte, 1) == 1 {}
    }

    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
    }
}

extension Reactor {
    /// Until the loop has waited for events and told all handlers.
    func nextTurn() async {
        let turn = turns
        while turns < turn + 2 {
            await withUnsafeContinuation { continuation in perform { continuation.resume() } }
        }
    }
}
