// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Routing

/// Trace and span ids in the form of W3C Trace Context: lower-case hexadecimal, never all zero.
///
/// A trace id begins with the time, as UUIDv7 does: the journal's index then grows at its end, which halves what a row costs.
extension SplitMix64 {
    /// 32 digits, of which the first 12 are the milliseconds since 1970.
    mutating func traceID(at milliseconds: Int) -> String {
        let high = UInt64(truncatingIfNeeded: milliseconds) << 16 | next() & 0xFFFF
        return TraceContext.TraceID(high: high, low: next() | 1).description
    }

    /// 16 digits.
    mutating func spanID() -> String { String(spanID: next() | 1) }
}
