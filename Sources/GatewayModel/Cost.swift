// SPDX-License-Identifier: Apache-2.0

/// Money in billionths of a US dollar: exact for every published price a token, and 9 billion dollars fit.
package struct NanoUSD: Hashable, Comparable, Sendable {
    package var value: Int
    package init(_ value: Int) { self.value = value }
    package static func < (left: NanoUSD, right: NanoUSD) -> Bool { left.value < right.value }
}

/// What a call cost, or that nobody knows: never a silent zero.
package enum Cost: Equatable, Sendable {
    case priced(NanoUSD)
    case unpriced
}
