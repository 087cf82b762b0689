// SPDX-License-Identifier: Apache-2.0

/// A metric as it is told to the outside, whatever the form: its name in the semantic conventions' way, and its points.
package struct MetricFamily: Sendable {
    package enum Kind: Sendable, Equatable {
        /// Only ever grows, from the daemon's start on.
        case counter
        case gauge
        /// The upper bounds of all buckets but the last.
        case histogram(bounds: [Double])
    }
    package var name: String
    /// As OpenTelemetry writes units; in braces what is no unit.
    package var unit: String
    package var help: String
    package var kind: Kind
    package var points: [MetricPoint]

    package init(name: String, unit: String, help: String, kind: Kind, points: [MetricPoint]) {
        self.name = name
        self.unit = unit
        self.help = help
        self.kind = kind
        self.points = points
    }

    /// A gauge with one point.
    package init(gauge name: String, _ unit: String, _ help: String, _ value: Int) {
        self.init(name: name, unit: unit, help: help, kind: .gauge, points: [MetricPoint([], .integer(value))])
    }

    /// A counter with one point.
    package init(counter name: String, _ unit: String, _ help: String, _ value: Int) {
        self.init(name: name, unit: unit, help: help, kind: .counter, points: [MetricPoint([], .integer(value))])
    }
}

/// One figure of a metric.
package struct MetricPoint: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case integer(Int)
        case real(Double)
        /// A count for each bucket, each value in one bucket only.
        case histogram(counts: [Int], sum: Double)
    }
    package var attributes: [Attribute]
    package var value: Value

    package init(_ attributes: [Attribute], _ value: Value) {
        self.attributes = attributes
        self.value = value
    }
}
