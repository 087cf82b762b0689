// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Observability

/// Everything that a call which has ended is written down in: the journal, the metrics, and what waits for the collector.
struct Books: Journal {
    let store: GatewayStore
    let metrics: CallMetrics
    let exporter: TelemetryExporter?

    func append(_ record: CallRecord) {
        metrics.record(record)
        exporter?.append(record)
        store.append(record)
    }
}
