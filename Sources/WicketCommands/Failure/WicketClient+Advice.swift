// SPDX-License-Identifier: Apache-2.0
import WicketClient

extension WicketClient {
    /// Calls a method whose errors, by their type, ask for other advice than they do elsewhere.
    func call(_ method: String, _ params: WicketValue, advice: [String: String]) async throws -> WicketValue {
        do { return try await call(method, params) } catch let error as WicketError {
            guard let own = advice[error.type] else { throw error }
            var failure = CommandFailure(error)
            failure.advice = own
            throw failure
        }
    }
}
