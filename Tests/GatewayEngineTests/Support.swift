// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore

let testClock = GatewayClock(monotonicNanoseconds: { 1 }, wallMilliseconds: { 5000 })

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Runs `body` on a fresh store and takes its directory away.
func withStore(_ body: (GatewayStore) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(try GatewayStore(in: try StateDirectory(path)) { _, _ in })
}

func withLibrary(_ body: (ConfigLibrary, GatewayStore) async throws -> Void) async throws {
    try await withStore { store in try await body(try await ConfigLibrary(storage: store, clock: testClock), store) }
}

func failure<Value>(_ body: () async throws -> Value) async -> GatewayFailure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? GatewayFailure
    }
}
