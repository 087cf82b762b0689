// SPDX-License-Identifier: Apache-2.0
import Crypto

/// What must be equal for two requests to share one upstream call, beside what their answer depends on (`CacheKey`).
package struct FlightTerms: Sendable {
    package enum Credential: Sendable {
        /// The provider takes none.
        case none
        case virtualKey(String)
    }

    /// A caller's own key is none of the choices: such a request never shares, so nothing hangs on comparing secrets.
    package var credential: Credential
    package var stream: Bool
    /// The request's `stream_options` as they were written, or nil.
    package var streamOptions: ArraySlice<UInt8>?
    /// The limits on time in milliseconds, each in its place; nil for none. A request with a shorter one would end the call of
    /// others.
    package var limits: [Int?]

    package init(credential: Credential, stream: Bool, streamOptions: ArraySlice<UInt8>? = nil, limits: [Int?]) {
        self.credential = credential
        self.stream = stream
        self.streamOptions = streamOptions
        self.limits = limits
    }
}

extension CacheKey {
    /// The key of the flight that brings the answer of this key to a request with these terms.
    package func flight(_ terms: FlightTerms) -> CacheKey {
        var input: [UInt8] = Array("wicket flight 1".utf8)
        input.reserveCapacity(192)
        input += bytes
        switch terms.credential {
        case .none: input.append(0)
        case .virtualKey(let name): append(Array(name.utf8)[...], mark: 1, to: &input)
        }
        input.append(terms.stream ? 1 : 0)
        if let options = terms.streamOptions { append(options, mark: 1, to: &input) } else { input.append(0) }
        for limit in terms.limits { append(number: limit ?? -1, to: &input) }
        // A SHA-256 has 32 bytes.
        return CacheKey(bytes: Array(SHA256.hash(data: input))) ?? self
    }

    /// Each part with its length before it, so that no two lists of parts give the same bytes.
    private func append(_ part: ArraySlice<UInt8>, mark: UInt8, to input: inout [UInt8]) {
        input.append(mark)
        append(number: part.count, to: &input)
        input += part
    }

    private func append(number: Int, to input: inout [UInt8]) {
        withUnsafeBytes(of: Int64(number).littleEndian) { input += $0 }
    }
}
