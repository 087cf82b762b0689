// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Telemetry

struct PrometheusTextTests {
    @Test func `a counter has its help, its type and its total`() {
        let family = MetricFamily(
            name: "wicket.requests", unit: "{request}", help: "All\nof \\ them.", kind: .counter,
            points: [MetricPoint([Attribute("error.type", .text("a\"b\\c\nd"))], .integer(3)), MetricPoint([], .integer(1))])
        #expect(
            PrometheusText([family]).text == #"""
                # HELP wicket_requests_total All\nof \\ them.
                # TYPE wicket_requests_total counter
                wicket_requests_total{error_type="a\"b\\c\nd"} 3
                wicket_requests_total 1

                """#)
    }

    @Test func `a histogram's buckets add up, with the unit in its name`() {
        let family = MetricFamily(
            name: "gen_ai.x", unit: "s", help: "H", kind: .histogram(bounds: [0.01, 2.5]),
            points: [MetricPoint([Attribute("a.b", .integer(1))], .histogram(counts: [2, 0, 1], sum: 9.5))])
        #expect(
            PrometheusText([family]).text == """
                # HELP gen_ai_x_seconds H
                # TYPE gen_ai_x_seconds histogram
                gen_ai_x_seconds_bucket{a_b="1",le="0.01"} 2
                gen_ai_x_seconds_bucket{a_b="1",le="2.5"} 2
                gen_ai_x_seconds_bucket{a_b="1",le="+Inf"} 3
                gen_ai_x_seconds_sum{a_b="1"} 9.5
                gen_ai_x_seconds_count{a_b="1"} 3

                """)
    }

    @Test func `a metric without points is left out, a gauge has no total`() {
        let families = [
            MetricFamily(name: "none", unit: "", help: "", kind: .counter, points: []),
            MetricFamily(gauge: "memory", "By", "M", 7),
        ]
        #expect(PrometheusText(families).text == "# HELP memory_bytes M\n# TYPE memory_bytes gauge\nmemory_bytes 7\n")
    }
}
