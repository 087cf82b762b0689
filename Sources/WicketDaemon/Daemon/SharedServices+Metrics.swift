// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Observability
import Routing
import Synchronization
import Telemetry
import WicketProtocol

/// Everything that is measured, as of now: for `metrics.scrape` and for the collector.
extension SharedServices {
    func metricFamilies() async -> [MetricFamily] {
        let cache = await cache.statistics()
        return metrics.families + [build] + load + targets + journalFamilies + families(of: cache) + memory + export
    }

    private var build: MetricFamily {
        MetricFamily(
            name: "wicket.build.info", unit: "", help: "Always 1; its label says which release runs.", kind: .gauge,
            points: [MetricPoint([Attribute("version", .text(WicketVersion.release))], .integer(1))])
    }

    private var load: [MetricFamily] {
        let now = counters.snapshot
        return [
            MetricFamily(gauge: "wicket.connections", "{connection}", "Connections of clients.", now.connections),
            MetricFamily(gauge: "wicket.in_flight", "{request}", "Requests that run.", now.inFlight),
            MetricFamily(
                gauge: "wicket.start.time", "s", "When the daemon started, in seconds since 1970.",
                facts.startedAtMilliseconds / 1000),
        ]
    }

    private var targets: [MetricFamily] {
        let now = clock.monotonicNanoseconds()
        let snapshots = health.withLock { $0.snapshot(now: now) }
        func gauge(
            _ name: String, _ unit: String, _ help: String, _ value: (TargetSnapshot) -> MetricPoint.Value?
        ) -> MetricFamily {
            let points = snapshots.compactMap { target in
                value(target).map { MetricPoint([Attribute("wicket.target", .text(TargetName(target.id).text))], $0) }
            }
            return MetricFamily(name: name, unit: unit, help: help, kind: .gauge, points: points)
        }
        return [
            gauge("wicket.target.breaker", "", "A target's breaker: 0 closed, 1 half open, 2 open.") { target in
                .integer(target.state.number)
            },
            gauge("wicket.target.in_flight", "{try}", "Tries that run at a target.") { .integer($0.inFlight) },
            gauge("wicket.target.latency", "s", "A target's latency as load balancing sees it.") { target in
                target.latencyMilliseconds.map { .real($0 / 1000) }
            },
        ]
    }

    private var journalFamilies: [MetricFamily] {
        let store = store.statistics
        return [
            MetricFamily(gauge: "wicket.journal.queued", "{row}", "Rows that wait for the disk.", store.queued),
            MetricFamily(counter: "wicket.journal.written", "{row}", "Rows that are on the disk.", store.written),
            MetricFamily(counter: "wicket.journal.dropped", "{row}", "Rows that were lost.", store.dropped),
        ]
    }

    private func families(of cache: CacheStatistics) -> [MetricFamily] {
        [
            MetricFamily(gauge: "wicket.cache.entries", "{answer}", "Answers in the cache.", cache.entries),
            MetricFamily(gauge: "wicket.cache.memory", "By", "Answers in memory.", cache.memoryBytes),
            MetricFamily(gauge: "wicket.cache.disk", "By", "Answers on the disk.", cache.diskBytes),
            MetricFamily(gauge: "wicket.cache.questions", "{question}", "Questions in the semantic index.", cache.vectors),
        ]
    }

    private var memory: [MetricFamily] {
        guard let memory = ProcessMemory() else { return [] }
        return [
            MetricFamily(gauge: "process.memory.usage", "By", "Memory that the process has resident.", memory.resident),
            MetricFamily(gauge: "process.memory.virtual", "By", "Addresses that the process has mapped.", memory.virtual),
        ]
    }

    private var export: [MetricFamily] {
        guard let exporter else { return [] }
        let signals = TelemetrySignal.allCases.filter(exporter.options.signals.contains)
        let all = signals.map { (signal: $0, figures: exporter.statistics($0)) }
        func family(
            _ name: String, _ help: String, _ kind: MetricFamily.Kind, _ value: (ExportStatistics, _ queued: Int) -> Int
        ) -> MetricFamily {
            let points = all.map { (signal, figures) in
                MetricPoint([Attribute("signal", .text(signal.rawValue))], .integer(value(figures.0, figures.queued)))
            }
            return MetricFamily(name: "wicket.export." + name, unit: "{item}", help: help, kind: kind, points: points)
        }
        return [
            family("queued", "Calls that wait for the collector.", .gauge) { $1 },
            family("sent", "Calls, and sets of metrics, that the collector took.", .counter) { (figures, _) in figures.sent },
            family("dropped", "Calls that found the queue full, or no collector at the end.", .counter) { (figures, _) in
                figures.dropped
            },
            family("rejected", "Calls, and sets of metrics, that the collector refused.", .counter) { (figures, _) in
                figures.rejected
            },
            family("failed_requests", "Requests to the collector that came to nothing.", .counter) { (figures, _) in
                figures.failedRequests
            },
        ]
    }
}

extension BreakerState {
    fileprivate var number: Int {
        switch self {
        case .closed: 0
        case .halfOpen: 1
        case .open: 2
        }
    }
}
