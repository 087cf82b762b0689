// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// Why a command failed, as it is told: a line that says what is wrong, and one that says what to do next.
struct CommandFailure: Error {
    /// The error's stable name.
    var type: String
    var message: String
    var advice: String?
    var exitCode: Int32
    /// What the daemon said, for `--json`.
    var error: WicketError?

    init(type: String, message: String, advice: String? = nil, exitCode: Int32) {
        self.type = type
        self.message = message
        self.advice = advice
        self.exitCode = exitCode
    }

    /// Arguments that are wrong in a way that the argument parser cannot see.
    static func usage(_ message: String, see command: String) -> CommandFailure {
        CommandFailure(type: "usage", message: message, advice: "See `wicket \(command) --help`.", exitCode: 2)
    }

    /// Whether the error is one of a command's work, not of the argument parser.
    static func isOwn(_ error: any Error) -> Bool { error is CommandFailure || error is WicketError }

    init(_ error: any Error) {
        if let failure = error as? CommandFailure {
            self = failure
        } else if let error = error as? WicketError {
            self.init(
                type: error.type, message: error.message, advice: Advice.on(error),
                exitCode: error.type == "no_daemon" ? 69 : error.type == "socket_path" ? 2 : 1)
            self.error = error
        } else {
            self.init(type: "internal_error", message: "\(error)", exitCode: 1)
        }
    }

    var json: WicketValue {
        var members: [(String, WicketValue)] = [("type", WicketValue(type)), ("message", WicketValue(message))]
        if let advice { members.append(("advice", WicketValue(advice))) }
        if let error {
            members.append(("code", WicketValue(error.code)))
            if let status = error.status { members.append(("status", WicketValue(status))) }
            members.append(("retryable", WicketValue(error.retryable)))
            if !error.data.isNull { members.append(("data", error.data)) }
        }
        return ["error": WicketValue(members)]
    }
}

extension Console {
    func report(_ failure: CommandFailure) {
        if json { return note(failure.json.json) }
        let message = failure.message.withoutControls.split(separator: "\n").joined(separator: " ")
        note("\(errorStyle.red("wicket:")) \(message)\(failure.error.map { $0.code == 0 ? "" : " (\($0.type))" } ?? "")")
        if let advice = failure.advice { note("        \(advice)") }
    }
}
