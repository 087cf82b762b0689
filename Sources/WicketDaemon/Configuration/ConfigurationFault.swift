// SPDX-License-Identifier: Apache-2.0
import Observability

/// A place in a file; lines and columns count from 1, as editors do.
package struct SourceMark: Sendable, Equatable {
    package var line: Int
    package var column: Int
}

/// One thing that is wrong with the configuration: where, what, and what to write instead.
package struct ConfigurationFault: Sendable, Equatable, CustomStringConvertible {
    /// The file, or the flag (`--socket`) that brought the value.
    package var source: String
    /// Nil when it concerns the source as a whole.
    package var mark: SourceMark?
    package var message: String

    /// `wicket.yaml:3:5: message`, the form that editors make into a link.
    package var description: String {
        guard let mark else { return "\(source): \(message)" }
        return "\(source):\(mark.line):\(mark.column): \(message)"
    }
}

/// Everything that is wrong with the configuration, in the order it was met; never empty.
package struct ConfigurationFaults: Error, Sendable, CustomStringConvertible {
    package var faults: [ConfigurationFault]
    /// One fault a line.
    package var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// A value as it may stand in a message: short, on one line, and without anything that looks like a key.
func quoted(_ value: String) -> String {
    var shown = ""
    for scalar in Redaction.masked(value).unicodeScalars.prefix(60) {
        shown.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
    }
    return "`\(shown)`"
}
