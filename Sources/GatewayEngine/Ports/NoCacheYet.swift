// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// In the place of the cache until it is wired: it has nothing.
package struct NoCacheYet: CacheAdministration {
    package init() {}

    package func statistics() async -> CacheStatistics {
        var statistics = CacheStatistics()
        statistics.embedder.reason = "The cache is not wired yet."
        return statistics
    }

    package func purge(_ selection: CacheSelection) async throws(GatewayFailure) -> Int { 0 }

    package func reject(traceID: String, uid: UInt32?) async throws(GatewayFailure) -> CacheRejection {
        throw GatewayFailure(.notFound, "No call of the trace \(traceID) was answered from the cache.", path: "trace_id")
    }

    package func explain(_ call: GatewayCall) async throws(GatewayFailure) -> CacheExplanation {
        CacheExplanation(status: .disabled, mode: "off", scope: "uid:\(call.peer.uid)")
    }
}
