// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel

/// A provider, a key and a model: what a breaker belongs to.
struct SimulatedTarget: Hashable {
    var provider: Int
    var key: Int
    var model: Int

    var keyName: String { "key-\(provider)-\(key)" }
    var secret: String { "secret-\(provider)-\(key)" }
    var modelName: String { "model-\(model)" }
    var origin: String { "https://p\(provider).test" }
}

/// The vault: its keys are those of the scenario's targets.
// Sendable is sound: a simulation has one thread.
final class SimulatedVault: SecretSource, @unchecked Sendable {
    private var targets: [String: SimulatedTarget] = [:]
    var isLocked = false
    let generation: UInt64 = 0

    init(_ targets: [SimulatedTarget]) {
        for target in targets { self.targets[target.keyName] = target }
    }

    func virtualKey(named name: String) throws(GatewayFailure) -> VirtualKey {
        guard let target = targets[name] else { throw GatewayFailure(.notFound, "No key is called \(name).") }
        return VirtualKey(
            name: name, provider: "p\(target.provider)", baseURL: try BaseURL(target.origin + "/v1"))
    }

    func apiKey(of name: String, for origin: String, by peer: PeerIdentity) throws(GatewayFailure) -> SecretBytes {
        if isLocked { throw GatewayFailure(.vaultLocked, "The simulated vault is locked.") }
        guard let target = targets[name], target.origin == origin else {
            throw GatewayFailure(.permissionDenied, "\(name) is not for \(origin).")
        }
        return Array(target.secret.utf8).withUnsafeBytes { SecretBytes(copying: $0) }
    }
}

/// Nothing of a scenario is denied or diverted.
struct SimulatedAuditLog: AuditLog {
    func append(_ event: AuditEvent) {}
}

/// The journal: the world sees each row at once.
// Sendable is sound: a simulation has one thread.
final class SimulatedJournal: Journal, @unchecked Sendable {
    private let onRow: (CallRecord) -> Void

    init(_ onRow: @escaping (CallRecord) -> Void) { self.onRow = onRow }

    func append(_ record: CallRecord) { onRow(record) }
}
