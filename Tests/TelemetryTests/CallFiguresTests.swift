// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Telemetry

struct CallFiguresTests {
    private func family(_ name: String, of figures: CallFigures) throws -> MetricFamily {
        try #require(figures.families.first { $0.name == name })
    }

    private func total(_ name: String, _ figures: CallFigures) throws -> Int {
        try family(name, of: figures).points.reduce(0) { sum, point in
            guard case .integer(let value) = point.value else { return sum }
            return sum + value
        }
    }

    @Test func `a call is counted with what it cost and how it went`() throws {
        var figures = CallFigures()
        figures.record(call())
        figures.record(call { $0.errorName = "upstream_error"; $0.status = 500; $0.retries = 2; $0.cost = .unpriced })
        figures.record(call { $0.errorName = "budget_exceeded"; $0.attempts = 0; $0.fallbacks = 1 })
        #expect(try total("wicket.requests", figures) == 3)
        #expect(try total("wicket.retries", figures) == 2)
        #expect(try total("wicket.fallbacks", figures) == 1)
        #expect(try total("wicket.cost.nano_usd", figures) == 9300)
        #expect(try total("wicket.unpriced", figures) == 1)
        #expect(try total("wicket.errors", figures) == 2)
        #expect(try total("wicket.refusals", figures) == 1)
    }

    @Test func `cache statuses are counted apart, those that were never seen as zero`() throws {
        var figures = CallFigures()
        figures.record(call { $0.cacheStatus = .semanticHit })
        let points = try family("wicket.cache.requests", of: figures).points
        #expect(points.count == CacheStatus.allCases.count)
        for (point, status) in zip(points, CacheStatus.allCases) {
            #expect(point.attributes == [Attribute("wicket.cache.status", .text(status.rawValue))])
            #expect(point.value == .integer(status == .semanticHit ? 1 : 0))
        }
    }

    @Test(arguments: [(9_999, 0), (10_000, 0), (10_001, 1), (81_920_000, 13), (81_920_001, 14)])
    func `a duration falls into the first bucket that it is not longer than`(_ microseconds: Int, _ bucket: Int) throws {
        var figures = CallFigures()
        figures.record(call { $0.latencyMicroseconds = microseconds })
        let point = try #require(family("gen_ai.server.request.duration", of: figures).points.first)
        guard case .histogram(let counts, let sum) = point.value else { return #expect(Bool(false)) }
        #expect(counts.count == 15)
        #expect(counts[bucket] == 1 && counts.reduce(0, +) == 1)
        #expect(sum == Double(microseconds) / 1_000_000)
    }

    @Test func `the buckets are those of the conventions`() {
        #expect(Histograms.operationDuration.scaledBounds.first == 0.01)
        #expect(Histograms.operationDuration.scaledBounds.last == 81.92)
        #expect(
            Histograms.tokenUsage.scaledBounds == [
                1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
            ])
        let (first, next) = (Histograms.timeToFirstToken.scaledBounds, Histograms.timePerOutputToken.scaledBounds)
        #expect(first.count == 16 && first.first == 0.001 && first.last == 10)
        #expect(next.count == 13 && next.first == 0.01 && next.last == 2.5)
    }

    @Test func `a stream is timed to its first token and from token to token`() throws {
        var figures = CallFigures()
        figures.record(
            call { record in
                record.stream = true
                record.firstChunkMicroseconds = 99_960
                record.latencyMicroseconds = 1_100_000
            })
        func sum(_ name: String) throws -> Double? {
            guard case .histogram(_, let sum)? = try family(name, of: figures).points.first?.value else { return nil }
            return sum
        }
        #expect(try sum("gen_ai.server.time_to_first_token") == 0.1)
        #expect(try sum("gen_ai.server.time_per_output_token") == 0.1)
    }

    @Test func `each try counts where it went, with its own usage`() throws {
        var figures = CallFigures()
        figures.record(
            call { record in
                record.attempts = 2
                record.tries = [
                    attempt(0, "upstream_timeout", start: 1, took: 20_000),
                    attempt(1, "ok", start: 30_000, took: 40_000) { $0.usage = Usage(inputTokens: 5, outputTokens: 6) },
                ]
            })
        let points = try family("gen_ai.client.operation.duration", of: figures).points
        #expect(points.map { $0.attributes["gen_ai.provider.name"] } == [.text("openai"), .text("mistral_ai")])
        #expect(points.map { $0.attributes["error.type"] } == [.text("upstream_timeout"), nil])
        let tokens = try family("gen_ai.client.token.usage", of: figures).points
        #expect(tokens.map { $0.attributes["gen_ai.token.type"] } == [.text("input"), .text("output")])
        #expect(try total("wicket.requests", figures) == 1)
    }

    @Test func `made-up models fill no more than the table, and are counted together from then on`() throws {
        var figures = CallFigures()
        for number in 0..<1000 { figures.record(call { $0.model = "model-\(number)" }) }
        figures.record(call { $0.model = String(repeating: "x", count: 1000) })
        #expect(try total("wicket.requests", figures) == 1001)
        let points = try family("wicket.requests", of: figures).points
        #expect(points.count == CallFigures.mostSeries + 1)
        let rest = try #require(points.first { $0.attributes == [Attribute("otel.metric.overflow", .flag(true))] })
        #expect(rest.value == .integer(1001 - CallFigures.mostSeries))
        #expect(try total("wicket.metrics.overflow", figures) == 1001 - CallFigures.mostSeries)
    }

    @Test func `a model that no provider was found for is no label`() throws {
        var figures = CallFigures()
        for number in 0..<10 { figures.record(call { $0.provider = nil; $0.model = "m\(number)"; $0.errorName = "no_route" }) }
        #expect(try family("wicket.requests", of: figures).points.count == 1)
    }
}
