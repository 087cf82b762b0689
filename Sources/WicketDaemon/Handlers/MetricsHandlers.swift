// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Telemetry
import WicketProtocol

/// `metrics.scrape`.
enum MetricsHandlers {
    static let all: [String: MethodHandler] = [
        MetricsScrape.name: .plain(.admin) { request async throws(GatewayFailure) in
            _ = try request.params(known: [])
            let families = await request.session.services.shared.metricFamilies()
            let text = PrometheusText(families).text
            return json(MetricsScrape.Result(contentType: PrometheusText.contentType, text: text).write)
        }
    ]
}
