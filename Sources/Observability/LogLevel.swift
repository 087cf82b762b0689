// SPDX-License-Identifier: Apache-2.0

/// How much an event matters. Ordered: `debug` is the least.
package enum LogLevel: UInt8, Sendable, CaseIterable, Comparable {
    case debug, info, notice, warning, error, critical

    /// As it is written in the configuration and in a line.
    package var name: String { String(describing: self) }

    package init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// syslog's priority: 7 for `debug` to 2 for `critical`.
    var priority: UInt8 { 7 - rawValue }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
