// SPDX-License-Identifier: Apache-2.0

/// The value of one field of an event.
package enum LogValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case flag(Bool)

    /// Nil is logged as a dash: the field exists, its value is not known.
    package static func optional(_ text: String?) -> LogValue { .text(text ?? "-") }

    var text: String {
        switch self {
        case .text(let text): text
        case .integer(let value): String(value)
        case .flag(let value): value ? "true" : "false"
        }
    }
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// Names and values in the order they are shown. Names are constants: `a-z`, `0-9`, `_`.
package typealias LogFields = KeyValuePairs<StaticString, LogValue>

/// Something that happened, before it has a form.
struct LogEvent {
    var level: LogLevel
    /// Milliseconds since 1970, UTC.
    var milliseconds: Int
    var message: StaticString
    var fields: LogFields
}
