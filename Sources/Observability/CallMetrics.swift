// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import Synchronization
package import Telemetry

/// The figures of all reactors' calls. Recording one takes a quarter of a microsecond under the lock, and no memory.
package final class CallMetrics: Sendable {
    private let figures = Mutex(CallFigures())

    package init() {}

    package func record(_ call: borrowing CallRecord) {
        figures.withLock { $0.record(call) }
    }

    package var families: [MetricFamily] {
        // A copy: it is told of outside of the lock.
        figures.withLock { $0 }.families
    }
}
