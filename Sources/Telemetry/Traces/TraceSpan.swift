// SPDX-License-Identifier: Apache-2.0

/// A stretch of a call's time: the request itself, a try, the look into the cache.
package struct TraceSpan: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// The request, as its caller sees it.
        case server
        /// What was asked of a provider.
        case client
        /// Work of our own.
        case `internal`
    }
    package var kind: Kind
    package var name: String
    package var spanID: UInt64
    /// nil for a call that is the root of its trace.
    package var parentSpanID: UInt64?
    /// Microseconds since 1970.
    package var startMicroseconds: Int
    package var durationMicroseconds: Int
    /// `error.type`, nil where all went well.
    package var error: String?
    package var attributes: [Attribute] = []
}
