// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import ProviderAdapters
import Routing

// What an engine needs that stands alone: one plan, and a world in which nothing else is.

struct OnePlan: ConfigSource {
    let plan: Plan
    func plan(named name: String) throws(GatewayFailure) -> Plan { plan }
    func plan(inline node: JSONNode, of document: JSONDocument, path: String) throws(GatewayFailure) -> Plan { plan }
}

struct NoSecrets: SecretSource {
    let generation: UInt64 = 0
    func virtualKey(named name: String) throws(GatewayFailure) -> VirtualKey { throw GatewayFailure(.notFound, name) }
    func apiKey(of name: String, for origin: String, by peer: PeerIdentity) throws(GatewayFailure) -> SecretBytes {
        throw GatewayFailure(.notFound, name)
    }
}

struct NoAuditLog: AuditLog {
    func append(_ event: AuditEvent) {}
}

final class NoChunks: ChunkSink {
    func send(_ batch: borrowing ChunkBatch) async {}
}

final class DeadNetwork: UpstreamTransport {
    func open(_ request: UpstreamRequest) async throws(GatewayFailure) -> any UpstreamExchange {
        throw GatewayFailure(.upstreamUnreachable, "Nothing listens there.")
    }
}
