// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// JSON that a person typed.
enum JSONArgument {
    /// - Parameter path: a file, or `-` for standard input.
    static func object(at path: String, of command: String) throws(CommandFailure) -> WicketValue {
        let text = path == "-" ? try InputText.standardInput() : try InputText.file(path)
        return try object(text, named: path == "-" ? "Standard input" : path, of: command)
    }

    /// - Parameters:
    ///   - name: what the text is, at the beginning of a sentence.
    ///   - command: whose help describes it.
    static func object(_ text: String, named name: String, of command: String) throws(CommandFailure) -> WicketValue {
        let value: WicketValue
        do { value = try WicketValue(json: text) } catch {
            let reason = (error as? WicketError)?.message ?? ""
            throw .usage("\(name) must be a JSON object. \(reason)", see: command)
        }
        guard value.isObject else { throw .usage("\(name) must be a JSON object.", see: command) }
        return value
    }
}
