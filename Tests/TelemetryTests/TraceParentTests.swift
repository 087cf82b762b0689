// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

struct TraceParentTests {
    static let trace = "bad90143930ea019df8f681254fb2393"

    @Test(arguments: [
        ("00-bad90143930ea019df8f681254fb2393-42df8ac2dde4ac52-01", true),
        (" 00-bad90143930ea019df8f681254fb2393-42df8ac2dde4ac52-00 ", false),
        ("ff-bad90143930ea019df8f681254fb2393-42df8ac2dde4ac52-03", true),
    ])
    func `a caller's place in a trace is read`(_ text: String, _ isSampled: Bool) throws {
        let parent = try #require(TraceParent(text))
        #expect(parent.traceID == Self.trace)
        #expect(parent.spanID == "42df8ac2dde4ac52")
        #expect(parent.isSampled == isSampled)
    }

    @Test func `capital letters stay as they came and name the same trace`() throws {
        let parent = try #require(TraceParent("00-BAD90143930EA019DF8F681254FB2393-42DF8AC2DDE4AC52-01"))
        #expect(parent.traceID == Self.trace.uppercased())
        #expect(TraceContext.traceID(parent.traceID) == TraceContext.traceID(Self.trace))
    }

    @Test(arguments: [
        "", "x", "00-00000000000000000000000000000000-42df8ac2dde4ac52-00",
        "00-bad90143930ea019df8f681254fb2393-0000000000000000-00",
        "00-bad90143930ea019df8f681254fb2393-42df8ac2dde4ac52-00-extra", "00-bad90143930ea019df8f681254fb2393-42df8ac2dde4ac52",
        "0-bad90143930ea019df8f681254fb2393-42df8ac2dde4ac52-00", "00-bad90143930ea019df8f681254fb239g-42df8ac2dde4ac52-00",
        "00-bad90143930ea019df8f681254fb2393-42df8ac2dde4ac52-zz", "----", "00-é-42df8ac2dde4ac52-00",
    ])
    func `what is no traceparent is none`(_ text: String) { #expect(TraceParent(text) == nil) }
}

struct TraceContextTests {
    private let trace = "bad90143930ea019df8f681254fb2393"

    @Test func `hexadecimal names stand for themselves, with the dashes of a UUID too`() {
        #expect(TraceContext.traceID(trace).description == trace)
        #expect(TraceContext.traceID("bad90143-930e-a019-df8f-681254fb2393").description == trace)
        #expect(TraceContext.spanID("42df8ac2dde4ac52") == 0x42df_8ac2_dde4_ac52)
    }

    @Test func `any other name stands for its hash, the same in each release`() {
        #expect(TraceContext.traceID("order-17").description == TraceContext.traceID("order-17").description)
        #expect(TraceContext.traceID("order-17") != TraceContext.traceID("order-18"))
        #expect(TraceContext.spanID("a") != TraceContext.spanID("b"))
        #expect(TraceContext.traceID("").low != 0)
        #expect(TraceContext.traceID("order-17").description == "cd8eb7067ceb224d01eeb26d178cc62b")
    }

    @Test func `each try has a span of its own, which hangs on the call's`() {
        let context = TraceContext(traceID: trace, spanID: "42df8ac2dde4ac52")
        let ids = (0..<100).map { context.spanID(ofTry: $0) } + [context.spanID, context.cacheSpanID]
        #expect(Set(ids).count == 102)
        #expect(context.spanID(ofTry: 3) == TraceContext(traceID: trace, spanID: "42df8ac2dde4ac52").spanID(ofTry: 3))
        #expect(context.spanID(ofTry: 0) != TraceContext(traceID: trace, spanID: "42df8ac2dde4ac53").spanID(ofTry: 0))
    }

    @Test(arguments: [true, false])
    func `what a provider is told is a traceparent again`(_ isSampled: Bool) throws {
        let context = TraceContext(traceID: trace, spanID: "42df8ac2dde4ac52")
        let text = context.traceParent(ofTry: 1, isSampled: isSampled)
        #expect(text.hasPrefix("00-"))
        let read = try #require(TraceParent(text))
        #expect(read.traceID == trace)
        #expect(read.spanID == String(spanID: context.spanID(ofTry: 1)))
        #expect(read.isSampled == isSampled)
    }
}
