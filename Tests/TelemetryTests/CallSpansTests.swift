// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Telemetry

struct CallSpansTests {
    @Test func `a call with one try has two spans, the try's below the request's`() throws {
        let record = call()
        let spans = CallSpans(record, socketPath: "/run/wicket/wicket.sock").spans
        #expect(spans.map(\.kind) == [.server, .client])
        #expect(spans.map(\.name) == ["chat.completions.create", "chat gpt-4o"])
        #expect(spans[0].spanID == 0x00f0_67aa_0ba9_02b7)
        #expect(spans[0].parentSpanID == nil)
        #expect(spans[1].parentSpanID == spans[0].spanID)
        #expect(spans[1].spanID == TraceContext(traceID: record.traceID, spanID: record.spanID).spanID(ofTry: 0))
        #expect(spans[0].startMicroseconds == 1_800_000_000_000_000)
        #expect(spans[0].durationMicroseconds == 812_400)
        #expect(spans[1].startMicroseconds == 1_800_000_000_000_040)
        #expect(spans[1].durationMicroseconds == 812_000)
        #expect(spans[0].attributes["server.address"] == .text("/run/wicket/wicket.sock"))
        #expect(spans[0].attributes["wicket.cost.nano_usd"] == .integer(4650))
    }

    @Test func `a try is told in the words of the conventions`() {
        let record = call { record in
            record.usage.cacheReadInputTokens = 64
            record.stream = true
            record.firstChunkMicroseconds = 250_000
        }
        let attributes = CallSpans(record).spans[1].attributes
        #expect(attributes["gen_ai.operation.name"] == .text("chat"))
        #expect(attributes["gen_ai.provider.name"] == .text("openai"))
        #expect(attributes["gen_ai.request.model"] == .text("gpt-4o"))
        #expect(attributes["gen_ai.response.model"] == .text("gpt-4o-2024-08-06"))
        #expect(attributes["gen_ai.usage.input_tokens"] == .integer(100))
        #expect(attributes["gen_ai.usage.output_tokens"] == .integer(11))
        #expect(attributes["gen_ai.usage.cache_read.input_tokens"] == .integer(64))
        #expect(attributes["gen_ai.request.stream"] == .flag(true))
        #expect(attributes["gen_ai.response.time_to_first_chunk"] == .real(0.25))
        #expect(attributes["server.address"] == .text("api.openai.com"))
        #expect(attributes["server.port"] == .integer(443))
        #expect(attributes["error.type"] == nil)
    }

    @Test func `each of several tries is a span with its own times, end and usage`() {
        let record = call { record in
            record.tries = [
                attempt(0, "upstream_error", start: 50, took: 1000),
                attempt(1, "ok", start: 2000, took: 5000) { $0.usage = Usage(inputTokens: 7) },
            ]
            record.attempts = 2
        }
        let spans = CallSpans(record).spans
        #expect(spans.map(\.name) == ["chat.completions.create", "chat m0", "chat m1"])
        #expect(spans.map(\.error) == [nil, "upstream_error", nil])
        #expect(spans[2].startMicroseconds - spans[0].startMicroseconds == 2000)
        #expect(spans[1].attributes["error.type"] == .text("upstream_error"))
        #expect(spans[1].attributes["http.response.status_code"] == .integer(500))
        #expect(spans[2].attributes["gen_ai.provider.name"] == .text("mistral_ai"))
        #expect(spans[2].attributes["gen_ai.usage.input_tokens"] == .integer(7))
        #expect(Set(spans.map(\.spanID)).count == 3)
    }

    @Test func `a hit has the look into the cache and no try`() {
        let record = call { record in
            record.attempts = 0
            record.cacheStatus = .hit
            record.cacheEntry = "4f2d"
            record.cacheMicroseconds = 30
            record.latencyMicroseconds = 90
            record.queueMicroseconds = nil
            record.upstreamMicroseconds = nil
        }
        let spans = CallSpans(record).spans
        #expect(spans.map(\.name) == ["chat.completions.create", "cache"])
        #expect(spans[1].kind == .internal)
        #expect(spans[1].startMicroseconds - spans[0].startMicroseconds == 60)
        #expect(spans[1].attributes["wicket.cache.entry"] == .text("4f2d"))
    }

    @Test func `after a miss the try begins where the look ended`() {
        let spans = CallSpans(call { $0.cacheMicroseconds = 300 }).spans
        #expect(spans.map(\.name) == ["chat.completions.create", "cache", "chat gpt-4o"])
        #expect(spans[1].startMicroseconds + 300 == spans[2].startMicroseconds)
        #expect(spans[2].durationMicroseconds == 811_700)
    }

    @Test func `the caller's own names are kept beside their hashes`() {
        let record = call { record in
            record.traceID = "order-17"
            record.parentSpanID = "step"
            record.spanName = "draft"
            record.metadata = Array(#"{"env":"prod","n":3}"#.utf8)[...]
        }
        let spans = CallSpans(record)
        #expect(spans.traceID == TraceContext.traceID("order-17"))
        #expect(spans.spans[0].name == "draft")
        #expect(spans.spans[0].parentSpanID == TraceContext.spanID("step"))
        #expect(spans.spans[0].attributes["wicket.trace_id"] == .text("order-17"))
        #expect(spans.spans[0].attributes["wicket.metadata.env"] == .text("prod"))
        #expect(spans.spans[0].attributes["wicket.metadata.n"] == .text("3"))
    }

    @Test(arguments: [
        ("https://api.example.com:8443", "api.example.com", 8443), ("http://127.0.0.1:9787", "127.0.0.1", 9787),
        ("http://[::1]:80", "[::1]", 80), ("https://[::1]", "[::1]", 443),
    ])
    func `an origin is an address and a port`(_ origin: String, _ address: String, _ port: Int) {
        var attributes: [Attribute] = []
        attributes.add(origin: origin)
        #expect(attributes == [Attribute("server.address", .text(address)), Attribute("server.port", .integer(port))])
    }
}
