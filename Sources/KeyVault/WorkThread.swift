// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Glibc

/// Runs `body` on a thread of its own, for work that would hold a reactor up: a passphrase takes a quarter of a second, a disk's
/// flush as long as the disk wants.
func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws(GatewayFailure) -> Value
) async throws(GatewayFailure) -> Value {
    let result: Result<Value, GatewayFailure> = await withUnsafeContinuation { continuation in
        let work = Work { continuation.resume(returning: Result(catching: body)) }
        let start = Unmanaged.passRetained(work)
        var thread = pthread_t()
        let refused = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        guard refused == 0 else {
            start.release()
            let failure = GatewayFailure(
                .internalError, "The system refuses another thread; raise the limit on tasks (TasksMax).", retryable: true)
            return continuation.resume(returning: .failure(failure))
        }
        pthread_detach(thread)
    }
    return try result.get()
}

private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
