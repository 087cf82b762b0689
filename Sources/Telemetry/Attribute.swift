// SPDX-License-Identifier: Apache-2.0

/// What is known of a span, a log record or a figure: a name of the semantic conventions, or one of our own (`wicket.…`).
package struct Attribute: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int)
        case real(Double)
        case flag(Bool)
    }
    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}

extension [Attribute] {
    /// What is not known has no attribute.
    mutating func add(_ name: String, _ text: String?) {
        if let text { append(Attribute(name, .text(text))) }
    }

    mutating func add(_ name: String, _ number: Int?) {
        if let number { append(Attribute(name, .integer(number))) }
    }
}
