// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import JSONRPC

/// Writes the error reply for a failure: code and message, and in `data` what a caller or a bridge acts on.
func writeFailure(
    _ failure: GatewayFailure, id: ArraySlice<UInt8>?, report: CallReport?, afterChunks: Int, to out: inout [UInt8]
) {
    var data = JSONWriter(reserving: 512)
    data.beginObject()
    data.key("type")
    data.string(failure.code.name)
    data.key("status")
    data.int(failure.status)
    data.key("retryable")
    data.bool(failure.retryable)
    if let wait = failure.retryAfterMilliseconds {
        data.key("retry_after_ms")
        data.int(wait)
    }
    if let path = failure.path {
        data.key("path")
        data.string(path)
    }
    if let report { write(report, to: &data) }
    if afterChunks > 0 {
        data.key("after_chunks")
        data.int(afterChunks)
    }
    if let body = failure.providerError {
        data.key("provider_error")
        data.raw(body)
    }
    data.endObject()
    JSONRPCWriter.error(
        id: id, JSONRPCError(code: failure.code.code, message: failure.message, data: data.bytes), to: &out)
}

private func write(_ report: CallReport, to data: inout JSONWriter) {
    data.key("trace_id")
    data.string(report.traceID)
    if let provider = report.provider {
        data.key("provider")
        data.string(provider)
    }
    if let target = report.target {
        data.key("target")
        data.string(target)
    }
    data.key("attempts")
    data.beginArray()
    for attempt in report.attempts {
        data.beginObject()
        data.key("target")
        data.string(attempt.target)
        data.key("status")
        if attempt.status > 0 { data.int(attempt.status) } else { data.null() }
        data.key("ms")
        data.milliseconds(attempt.microseconds)
        data.key("outcome")
        data.string(attempt.outcome)
        data.endObject()
    }
    data.endArray()
}

extension JSONWriter {
    /// A duration of so many microseconds, written as milliseconds with three places.
    mutating func milliseconds(_ microseconds: Int) {
        int(microseconds / 1000)
        appendPlaces(microseconds % 1000, to: &bytes)
    }
}

/// The same straight into a reply.
func append(milliseconds microseconds: Int, to out: inout [UInt8]) {
    appendDecimal(microseconds / 1000, to: &out)
    appendPlaces(microseconds % 1000, to: &out)
}

private func appendPlaces(_ thousandths: Int, to out: inout [UInt8]) {
    if thousandths <= 0 { return }
    out.append(UInt8(ascii: "."))
    out.append(UInt8(ascii: "0") + UInt8(thousandths / 100))
    out.append(UInt8(ascii: "0") + UInt8(thousandths / 10 % 10))
    out.append(UInt8(ascii: "0") + UInt8(thousandths % 10))
}
