// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import Observability
import WicketProtocol

/// Where telemetry is sent, and how: `otlp:` of the configuration.
package struct ExportSettings: Sendable, Equatable {
    /// nil where nothing is sent.
    package internal(set) var endpoint: String?
    package internal(set) var headers: [HTTPField] = []
    /// The key of the vault that the collector wants.
    package internal(set) var virtualKey: String?
    package internal(set) var intervalMilliseconds = 5000
    package internal(set) var timeoutMilliseconds = 10_000
    /// Calls that wait for the collector, of each signal.
    package internal(set) var queueLimit = 2048
    package internal(set) var signals = Set(TelemetrySignal.allCases)
}

extension ConfigurationSource {
    static var telemetry: [ConfigurationKey<ConfigurationSource>] {
        [
            .text(
                "otlp.endpoint", type: "a URL", \.export.endpoint, fallback: "none: nothing is exported",
                "The OpenTelemetry collector, spoken to in OTLP over HTTP; `/v1/traces` and so on are appended. `http` for "
                    + "loopback addresses only.",
                check: { baseURLProblem($0) }),
            .exportHeaders,
            .text(
                "otlp.virtual_key", type: "the name of a virtual key", \.export.virtualKey, fallback: "none",
                "The key that the collector wants, from the vault; it goes into the field that its provider has for keys, and "
                    + "only to the address that it is bound to."),
            .exportSignals,
            .integer(
                "otlp.interval_ms", 100...3_600_000, \.export.intervalMilliseconds, fallback: "5000",
                "How often metrics are sent, and how long spans and log records are gathered."),
            .integer(
                "otlp.timeout_ms", 100...600_000, \.export.timeoutMilliseconds, fallback: "10000",
                "For one request to the collector."),
            .integer(
                "otlp.queue", 1...1_000_000, \.export.queueLimit, fallback: "2048",
                "Calls that wait for the collector, at most and of each signal; further ones are dropped and counted."),
        ]
    }
}

extension ConfigurationKey<ConfigurationSource> {
    fileprivate static var exportHeaders: Self {
        Self(
            path: "otlp.headers", type: "a mapping of field names to values", fallback: "none",
            summary: "Fields that each request to the collector carries. Keys belong in `otlp.virtual_key`."
        ) { (node, source) throws(ValueFault) in
            for entry in try mapping(node) {
                let value = try checkedText(entry.value, type: "text", check: fieldValueProblem)
                if let problem = fieldNameProblem(entry.name) ?? ownFieldProblem(entry.name) {
                    throw ValueFault([(entry.mark, problem)])
                }
                source.export.headers.append(HTTPField(entry.name, value))
            }
        }
    }

    fileprivate static var exportSignals: Self {
        let names = TelemetrySignal.allCases.map(\.rawValue)
        return Self(
            path: "otlp.signals", type: "a list of \(names.joined(separator: ", "))", fallback: "all of them",
            summary: "What is exported."
        ) { (node, source) throws(ValueFault) in
            var signals: Set<TelemetrySignal> = []
            for name in try textList(node) {
                guard let signal = TelemetrySignal(rawValue: name) else {
                    throw ValueFault(node, "has \(quoted(name)), which is none of \(names.joined(separator: ", "))")
                }
                signals.insert(signal)
            }
            source.export.signals = signals
        }
    }
}
