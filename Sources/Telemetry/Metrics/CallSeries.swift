// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// What figures of calls are kept apart by.
struct CallSeries: Hashable {
    /// The RPC method.
    var method: String
    /// The provider's id.
    var provider: String?
    /// The model asked for.
    var model: String?
    /// The model that answered.
    var responseModel: String?
    /// `data.type` of the failure.
    var error: String?

    /// Of all that have no place of their own any more.
    static let overflow = CallSeries(method: "other")

    /// Texts come from callers and providers, who must not fill the memory with them.
    static let longestText = 128
    var isTooLong: Bool {
        method.utf8.count > Self.longestText || model?.utf8.count ?? 0 > Self.longestText
            || responseModel?.utf8.count ?? 0 > Self.longestText
    }

    /// Two calls mostly differ in their models, if at all.
    func hash(into hasher: inout Hasher) {
        hasher.combine(model)
        hasher.combine(method.utf8.count)
        hasher.combine(error?.utf8.count)
    }

    var attributes: [Attribute] {
        if self == .overflow { return [Attribute("otel.metric.overflow", .flag(true))] }
        var attributes = [Attribute("gen_ai.operation.name", .text(GenAINames.operation(method)))]
        attributes.add("gen_ai.provider.name", provider.map(GenAINames.provider))
        attributes.add("gen_ai.request.model", model)
        attributes.add("gen_ai.response.model", responseModel)
        attributes.add("error.type", error)
        attributes.append(Attribute("rpc.method", .text(method)))
        return attributes
    }
}

/// Where in the numbers of a series each figure stands.
struct SeriesLayout {
    let requests = 0
    let retries = 1
    let fallbacks = 2
    /// In billionths of a US dollar.
    let cost = 3
    let unpriced = 4
    let requestDuration = 5
    let timeToFirstToken: Int
    let timePerOutputToken: Int
    let gatewayDuration: Int
    let operationDuration: Int
    let inputTokens: Int
    let outputTokens: Int
    let count: Int

    init() {
        timeToFirstToken = requestDuration + Histograms.requestDuration.cells
        timePerOutputToken = timeToFirstToken + Histograms.timeToFirstToken.cells
        gatewayDuration = timePerOutputToken + Histograms.timePerOutputToken.cells
        operationDuration = gatewayDuration + Histograms.gatewayDuration.cells
        inputTokens = operationDuration + Histograms.operationDuration.cells
        outputTokens = inputTokens + Histograms.tokenUsage.cells
        count = outputTokens + Histograms.tokenUsage.cells
    }
}
