// SPDX-License-Identifier: Apache-2.0

/// Metrics in Prometheus's text form, version 0.0.4. Names are made as OpenTelemetry's rules for Prometheus make them: dots are
/// underscores, the unit stands behind the name, and `_total` behind a counter's.
package struct PrometheusText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    package private(set) var text = ""

    package init(_ families: [MetricFamily]) {
        for family in families where !family.points.isEmpty { append(family) }
    }

    private mutating func append(_ family: MetricFamily) {
        let name = Self.name(of: family)
        let type =
            switch family.kind {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        text += "# HELP \(name) \(Self.escaped(family.help, quotes: false))\n# TYPE \(name) \(type)\n"
        for point in family.points { append(point, name, family.kind) }
    }

    private mutating func append(_ point: MetricPoint, _ name: String, _ kind: MetricFamily.Kind) {
        let labels = point.attributes.map(Self.label).joined(separator: ",")
        switch point.value {
        case .integer(let value): append(name, labels, String(value))
        case .real(let value): append(name, labels, "\(value)")
        case .histogram(let counts, let sum):
            guard case .histogram(let bounds) = kind else { return }
            let comma = labels.isEmpty ? "" : ","
            var total = 0
            for (count, bound) in zip(counts, bounds.map { "\($0)" } + ["+Inf"]) {
                total += count
                append(name + "_bucket", "\(labels)\(comma)le=\"\(bound)\"", String(total))
            }
            append(name + "_sum", labels, "\(sum)")
            append(name + "_count", labels, String(total))
        }
    }

    private mutating func append(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    static func name(of family: MetricFamily) -> String {
        var name = plain(family.name)
        switch family.unit {
        case "s": name += "_seconds"
        case "By": name += "_bytes"
        default: break
        }
        if family.kind == .counter { name += "_total" }
        return name
    }

    private static func label(_ attribute: Attribute) -> String {
        let value =
            switch attribute.value {
            case .text(let text): escaped(text, quotes: true)
            case .integer(let value): String(value)
            case .real(let value): "\(value)"
            case .flag(let value): value ? "true" : "false"
            }
        return "\(plain(attribute.name))=\"\(value)\""
    }

    private static func plain(_ name: String) -> String { String(name.map { $0 == "." ? "_" : $0 }) }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
