// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// A config that an argument points to.
enum ConfigText {
    /// - Parameter path: a file, or `-` for standard input.
    /// - Returns: the JSON as it stands there.
    static func read(_ path: String, for command: String) throws(CommandFailure) -> [UInt8] {
        Array(try JSONArgument.object(at: path, of: command).rawJSON)
    }
}

extension Console {
    func warn(_ warnings: WicketValue) {
        for warning in warnings.elements.compactMap(\.string) {
            note("\(errorStyle.yellow("wicket:")) \(warning.withoutControls)")
        }
    }
}
