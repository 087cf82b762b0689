// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes
import KeyVault
import WicketProtocol

/// `vault.*`: the master key over the admin socket. No reply ever holds a key or a passphrase.
enum VaultHandlers {
    static let all: [String: MethodHandler] = [
        VaultStatus.name: .plain(.admin) { request async throws(GatewayFailure) in
            _ = try request.params(known: [])
            return status(request)
        },
        VaultUnlock.name: .plain(.admin) { request async throws(GatewayFailure) in try await unlock(request) },
        VaultRotateMaster.name: .plain(.admin) { request async throws(GatewayFailure) in try await rotateMaster(request) },
    ]

    private static func unlock(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let passphrase = try passphrase(in: try request.params(known: VaultUnlock.members), request)
        let vault = request.session.services.shared.vault
        try await inParams { () async throws(GatewayFailure) in try await vault.unlock(passphrase, by: request.peer) }
        return status(request)
    }

    private static func rotateMaster(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let params = try request.params(known: VaultRotateMaster.members)
        let place: VaultRotateMaster.Place?
        do throws(ParamsError) { place = try VaultRotateMaster.place(in: params) } catch { throw GatewayFailure(error) }
        let passphrase = try passphrase(in: params, request)
        let vault = request.session.services.shared.vault
        let target = place.flatMap { MasterKeySource(rawValue: $0.rawValue) }
        try await inParams { () async throws(GatewayFailure) in
            try await vault.rotateMaster(to: target, passphrase: passphrase, by: request.peer)
        }
        return status(request)
    }

    private static func status(_ request: RunningRequest) -> [UInt8] {
        let vault = request.session.services.shared.vault
        let condition = vault.condition
        let wait: VaultStatus.Wait? =
            if condition.isUnlocked { nil } else if condition.needsFirstPassphrase { .newPassphrase } else {
                condition.needsPassphrase ? .passphrase : .masterKey
            }
        return json(
            VaultStatus.Result(
                lockedReason: condition.lockedReason, waitsFor: wait, virtualKeys: condition.virtualKeys,
                readableKeys: condition.readable, unreadableKeys: condition.unreadable, format: condition.format,
                masterKeySource: condition.source?.rawValue, masterKeyID: condition.masterKeyID,
                masterKeyPath: condition.masterKeyPath, memory: vault.memory.rawValue
            ).write)
    }

    /// Read from the line itself into memory that is wiped.
    private static func passphrase(in params: ParamsReader, _ request: RunningRequest) throws(GatewayFailure) -> SecretBytes? {
        let node: JSONNode?
        do throws(ParamsError) { node = try Passphrase.node(in: params, request.document) } catch { throw GatewayFailure(error) }
        guard let node, let text = request.document.textBytes(node) else { return nil }
        return text.withUnsafeBytes { SecretBytes(copying: $0) }
    }
}
