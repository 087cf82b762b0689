// SPDX-License-Identifier: Apache-2.0

/// A vector of length 1 in a byte for each dimension: `component ≈ bytes[i] * scale`.
package struct QuantisedVector: Sendable, Equatable {
    package var bytes: [Int8]
    package var scale: Float

    package init(bytes: [Int8], scale: Float) {
        self.bytes = bytes
        self.scale = scale
    }

    /// - Parameter vector: of any length but 0; it is brought to length 1.
    package init(_ vector: [Float]) {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let largest = vector.reduce(0) { max($0, abs($1)) }
        guard length > 0, largest > 0, length.isFinite else {
            self.init(bytes: vector.map { _ in 0 }, scale: 0)
            return
        }
        self.init(bytes: vector.map { Int8(($0 * 127 / largest).rounded()) }, scale: largest / 127 / length)
    }
}
