// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import ProviderAdapters
import WicketProtocol

/// `providers.list`: the catalog as it is now.
enum ProviderHandlers {
    static let all: [String: MethodHandler] = [
        ProvidersList.name: .plain(.both) { request async throws(GatewayFailure) in try list(request) }
    ]

    private static func list(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let providers = request.session.services.shared.catalog.providers.sorted { $0.id < $1.id }
        return json(
            ProvidersList.Result(
                providers: providers.map { provider in
                    ProvidersList.Entry(
                        name: provider.id, baseURL: provider.baseURL,
                        keyKind: provider.authField == nil ? nil : provider.secret.rawValue,
                        environmentVariable: provider.environmentVariable)
                }
            ).write)
    }
}
