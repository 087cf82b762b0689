// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Telemetry

/// A message's fields, read back.
private struct Fields {
    private var all: [(field: Int, value: ProtobufReader.Value)] = []
    init(_ bytes: some Collection<UInt8>) {
        var reader = ProtobufReader(ArraySlice(Array(bytes)))
        while let next = reader.next() { all.append(next) }
    }
    func values(_ field: Int) -> [ProtobufReader.Value] { all.filter { $0.field == field }.map(\.value) }
    func value(_ field: Int) -> ProtobufReader.Value? { values(field).first }
    func messages(_ field: Int) -> [Fields] {
        values(field).compactMap { if case .bytes(let bytes) = $0 { Fields(bytes) } else { nil } }
    }
    func message(_ path: Int...) -> Fields? {
        path.reduce(self as Fields?) { $0?.messages($1).first }
    }
    func text(_ field: Int) -> String? {
        if case .bytes(let bytes)? = value(field) { String(decoding: bytes, as: UTF8.self) } else { nil }
    }
    var numbers: [Int] { all.map(\.field) }
}

struct ProtobufWriterTests {
    @Test func `fields are written as the format's own page has them`() {
        var writer = ProtobufWriter()
        writer.varint(1, 150)
        writer.text(2, "testing")
        writer.message(3) { $0.varint(1, 150) }
        #expect(
            writer.bytes == [
                0x08, 0x96, 0x01, 0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67, 0x1A, 0x03, 0x08, 0x96, 0x01,
            ])
    }

    @Test func `numbers of fixed width begin with their least byte, ids with their most`() {
        var writer = ProtobufWriter()
        writer.fixed64(1, 0x0102_0304_0506_0708)
        writer.fixed32(2, 0x0A0B_0C0D)
        writer.words(3, 0x0102_0304_0506_0708)
        writer.int64(4, -1)
        #expect(
            writer.bytes == [
                0x09, 8, 7, 6, 5, 4, 3, 2, 1, 0x15, 0x0D, 0x0C, 0x0B, 0x0A, 0x1A, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0x20,
            ] + [UInt8](repeating: 0xFF, count: 9) + [1])
    }

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, 70_000])
    func `a message of any length has its length before it`(_ length: Int) throws {
        var writer = ProtobufWriter()
        writer.message(1) { outer in outer.message(2) { $0.text(3, String(repeating: "x", count: length)) } }
        let inner = try #require(Fields(writer.bytes).message(1, 2))
        #expect(inner.text(3)?.utf8.count == length)
    }
}

struct OTLPBodyTests {
    private let source = TelemetrySource(
        resource: [Attribute("service.name", .text("wicket"))], version: "1", socketPath: "/w.sock",
        startedAtMilliseconds: 1_700_000_000_000)

    private func scope(_ body: [UInt8]?) throws -> Fields {
        let bytes = try #require(body)
        let all = try #require(Fields(bytes).message(1))
        let attribute = try #require(all.message(1, 1))
        #expect(attribute.text(1) == "service.name" && attribute.message(2)?.text(1) == "wicket")
        let scope = try #require(all.message(2))
        #expect(scope.message(1)?.text(1) == "wicket" && scope.message(1)?.text(2) == "1")
        return scope
    }

    @Test func `a call's spans are OTLP's spans`() throws {
        let record = call { $0.parentSpanID = "53995c3f42cd8ad8" }
        let spans = try scope(OTLPBody.traces([EndedCall(record)], source)).messages(2)
        #expect(spans.count == 2)
        let trace: [UInt8] = [0x4B, 0xF9, 0x2F, 0x35, 0x77, 0xB3, 0x4D, 0xA6, 0xA3, 0xCE, 0x92, 0x9D, 0x0E, 0x0E, 0x47, 0x36]
        let id: [UInt8] = [0x00, 0xF0, 0x67, 0xAA, 0x0B, 0xA9, 0x02, 0xB7]
        #expect(spans[0].value(1) == .bytes(trace[...]) && spans[1].value(1) == .bytes(trace[...]))
        #expect(spans[0].value(2) == .bytes(id[...]) && spans[1].value(4) == .bytes(id[...]))
        #expect(spans[0].value(4) == .bytes([0x53, 0x99, 0x5C, 0x3F, 0x42, 0xCD, 0x8A, 0xD8]))
        #expect(spans.map { $0.text(5) } == ["chat.completions.create", "chat gpt-4o"])
        #expect(spans.map { $0.value(6) } == [.varint(2), .varint(3)])
        #expect(spans[0].value(7) == .fixed64(1_800_000_000_000_000_000))
        #expect(spans[0].value(8) == .fixed64(1_800_000_000_812_400_000))
        #expect(spans[0].value(15) == nil)
    }

    @Test func `an error is a span's status`() throws {
        let record = call { $0.errorName = "upstream_timeout"; $0.status = 408 }
        let body = OTLPBody.traces([EndedCall(record)], source)
        let span = try #require(scope(body).message(2))
        #expect(span.message(15)?.text(2) == "upstream_timeout")
        #expect(span.message(15)?.value(3) == .varint(2))
    }

    @Test func `a trace that its beginner does not keep is not exported, its log is`() throws {
        let record = call { $0.isSampled = false }
        #expect(OTLPBody.traces([EndedCall(record)], source) == nil)
        let body = OTLPBody.logs([EndedCall(record)], source)
        let log = try #require(scope(body).message(2))
        #expect(log.value(8) == .fixed32(0))
    }

    @Test func `a call is one log record, as an event of the conventions`() throws {
        let records = [call(), call { $0.errorName = "upstream_error"; $0.status = 502 }]
        let logs = try scope(OTLPBody.logs(records.map { EndedCall($0) }, source)).messages(2)
        #expect(logs.map { $0.value(2) } == [.varint(9), .varint(17)])
        #expect(logs.map { $0.text(3) } == ["INFO", "ERROR"])
        #expect(logs[0].message(5)?.text(1) == "chat.completions.create of gpt-4o: ok, status 200, in 812 ms")
        #expect(logs[0].value(1) == .fixed64(1_800_000_000_812_400_000))
        #expect(logs[0].text(12) == "gen_ai.client.inference.operation.details")
        #expect(logs[0].messages(6).contains { $0.text(1) == "gen_ai.usage.input_tokens" })
    }

    @Test func `counters are monotonic sums since the start, histograms have their buckets, gauges neither`() throws {
        let families = [
            MetricFamily(counter: "c", "{x}", "C", 5), MetricFamily(gauge: "g", "By", "G", -1),
            MetricFamily(
                name: "h", unit: "s", help: "H", kind: .histogram(bounds: [0.5]),
                points: [MetricPoint([Attribute("a", .text("b"))], .histogram(counts: [1, 2], sum: 3.5))]),
            MetricFamily(name: "empty", unit: "", help: "", kind: .gauge, points: []),
        ]
        let metrics = try scope(OTLPBody.metrics(families, source, now: 1_700_000_001_000)).messages(2)
        #expect(metrics.map { $0.text(1) } == ["c", "g", "h"])
        #expect(metrics[0].text(3) == "{x}" && metrics[0].text(2) == "C")
        let sum = try #require(metrics[0].message(7))
        #expect(sum.value(2) == .varint(2) && sum.value(3) == .varint(1))
        let point = try #require(sum.message(1))
        #expect(point.value(2) == .fixed64(1_700_000_000_000_000_000) && point.value(3) == .fixed64(1_700_000_001_000_000_000))
        #expect(point.value(6) == .fixed64(5))
        #expect(metrics[1].message(5, 1)?.value(6) == .fixed64(UInt64(bitPattern: -1)))
        let histogram = try #require(metrics[2].message(9, 1))
        #expect(histogram.value(4) == .fixed64(3) && histogram.value(5) == .fixed64((3.5).bitPattern))
        #expect(histogram.value(6) == .bytes([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]))
        #expect(histogram.value(7) == .bytes([0, 0, 0, 0, 0, 0, 0xE0, 0x3F]))
        #expect(histogram.message(9)?.text(1) == "a")
    }
}
