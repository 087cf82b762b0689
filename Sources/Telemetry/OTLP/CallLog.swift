// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// What is logged of a call: the conventions' event of an inference, without what was asked and answered.
struct CallLog {
    static let eventName = "gen_ai.client.inference.operation.details"

    enum Severity {
        case info, warning, error
        var number: UInt64 {
            switch self {
            case .info: 9
            case .warning: 13
            case .error: 17
            }
        }
        var text: String {
            switch self {
            case .info: "INFO"
            case .warning: "WARN"
            case .error: "ERROR"
            }
        }
    }
    var severity: Severity
    /// The call's end, since 1970.
    var nanoseconds: UInt64
    /// One sentence for people.
    var body: String
    var attributes: [Attribute]
    var traceID: TraceContext.TraceID
    var spanID: UInt64
    var isSampled: Bool

    init(_ call: borrowing CallRecord, socketPath: String) {
        let spans = CallSpans(call, socketPath: socketPath)
        let context = TraceContext(traceID: call.traceID, spanID: call.spanID)
        traceID = context.traceID
        spanID = context.spanID
        isSampled = call.isSampled
        severity = call.status >= 500 ? .error : call.errorName == nil ? .info : .warning
        nanoseconds = UInt64(clamping: call.startedAtMilliseconds * 1000 + call.latencyMicroseconds) &* 1000
        let model = call.model.map { " of \($0)" } ?? ""
        let milliseconds = call.latencyMicroseconds / 1000
        body = "\(call.method)\(model): \(call.errorName ?? "ok"), status \(call.status), in \(milliseconds) ms"
        attributes = spans.spans[0].attributes
        attributes.append(Attribute("gen_ai.operation.name", .text(GenAINames.operation(call.method))))
        attributes.add("gen_ai.provider.name", call.provider.map(GenAINames.provider))
        attributes.add("gen_ai.request.model", call.model)
        attributes.add("gen_ai.response.model", call.responseModel)
        if call.stream { attributes.append(Attribute("gen_ai.request.stream", .flag(true))) }
        attributes.add(call.usage)
    }
}
