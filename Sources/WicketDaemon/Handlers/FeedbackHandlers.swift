// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayStore
import WicketProtocol

/// `feedback.create`.
enum FeedbackHandlers {
    static let all: [String: MethodHandler] = [
        FeedbackCreate.name: .plain(.both) { request async throws(GatewayFailure) in try await create(request) }
    ]

    private static func create(_ request: RunningRequest) async throws(GatewayFailure) -> [UInt8] {
        let given = try request.params(FeedbackCreate.Params.init(from:_:)).entries
        let feedback = given.map {
            Feedback(traceID: $0.traceID, value: $0.value, weight: $0.weight, metadata: $0.metadata)
        }
        let owner = request.session.role == .use ? request.peer.uid : nil
        let ids = try await request.session.services.shared.store.add(feedback, of: owner)
        return json(FeedbackCreate.Result(ids: ids.map(String.init)).write)
    }
}
