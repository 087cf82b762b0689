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
    /// Of what the gateway counted itself, since the provider did not say what it bills: a stream that broke off.
    case estimated(NanoUSD)
    case unpriced

    /// What goes into sums; nil where nobody knows.
    package var amount: NanoUSD? {
        switch self {
        case .priced(let amount), .estimated(let amount): amount
        case .unpriced: nil
        }
    }
    package var status: String {
        switch self {
        case .priced: "priced"
        case .estimated: "estimated"
        case .unpriced: "unpriced"
        }
    }

    /// Adds what another part cost. A sum of which a part is not known is not known either.
    package mutating func add(_ other: Cost) {
        guard let amount, let more = other.amount, case let (sum, overflow) = amount.value.addingReportingOverflow(more.value),
            !overflow
        else {
            self = .unpriced
            return
        }
        let isExact = status == other.status && status == "priced"
        self = isExact ? .priced(NanoUSD(sum)) : .estimated(NanoUSD(sum))
    }

    /// - Parameter status: as `status` writes it.
    package init(_ amount: NanoUSD?, status: String?) {
        switch (amount, status) {
        case (let amount?, "priced"): self = .priced(amount)
        case (let amount?, "estimated"): self = .estimated(amount)
        default: self = .unpriced
        }
    }
}
