// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Reactor

/// A reactor on a thread of its own, for a test that drives it from outside.
package final class ReactorThread: Sendable {
    package let reactor: Reactor
    private let thread: pthread_t

    package init(clock: @escaping @Sendable () -> UInt64 = ReactorThread.monotonic) throws {
        let reactor = try Reactor(clock: clock)
        self.reactor = reactor
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(reactor).toOpaque()
        let code = pthread_create(&thread, nil, { argument in
            if let argument { Unmanaged<Reactor>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }, argument)
        precondition(code == 0, "pthread_create failed")
        self.thread = thread
    }

    /// Ends the loop and its thread. What still waits on it is never resumed.
    package func stop() {
        reactor.stop()
        pthread_join(thread, nil)
    }

    /// Runs `body` as a task of the reactor and gives back what it returns.
    package func run<Value: Sendable>(_ body: @escaping @Sendable (Reactor) async throws -> Value) async throws -> Value {
        let reactor = reactor
        return try await withCheckedThrowingContinuation { continuation in
            reactor.perform {
                reactor.spawn {
                    do {
                        continuation.resume(returning: try await body(reactor))
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            }
        }
    }

    package static let monotonic: @Sendable () -> UInt64 = {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// Runs a test against a reactor of its own.
package func withReactor<Value>(
    clock: @escaping @Sendable () -> UInt64 = ReactorThread.monotonic, _ body: (ReactorThread) async throws -> Value
) async throws -> Value {
    let thread = try ReactorThread(clock: clock)
    defer { thread.stop() }
    return try await body(thread)
}
