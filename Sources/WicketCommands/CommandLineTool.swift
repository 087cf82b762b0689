// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc

/// The process around the commands: arguments in, exit code out.
package enum CommandLineTool {
    /// How long a cancelled request has to reach the daemon: too short to be felt.
    private static let patienceMicroseconds: UInt32 = 300_000

    /// Runs what the process's arguments ask for, and exits. SIGINT cancels that, and ends the process with 130 whatever it is
    /// doing: the main thread does nothing but wait for it.
    package static func main() -> Never {
        let interrupt = Interrupt()
        let arguments = Array(CommandLine.arguments.dropFirst())
        let work = Task { exit(await run(arguments)) }
        interrupt.wait()
        work.cancel()
        usleep(patienceMicroseconds)
        SecretPrompt.restoreEcho()
        _exit(130)
    }

    static func run(_ arguments: [String]) async -> Int32 {
        // Asked of the arguments as they stand, since errors in them are to be JSON too.
        let console = Console(json: arguments.prefix { $0 != "--" }.contains("--json"))
        do {
            var command = try WicketCommand.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return conclude(error, console)
        }
    }

    private static func conclude(_ error: any Error, _ console: Console) -> Int32 {
        if Task.isCancelled { return 130 }
        // The command has said all itself.
        if let code = error as? ExitCode { return code.rawValue }
        guard CommandFailure.isOwn(error) else { return concludeParsing(error, console) }
        let failure = CommandFailure(error)
        console.report(failure)
        return failure.exitCode
    }

    /// Help, version and completion scripts end a command as errors do; so do wrong arguments.
    private static func concludeParsing(_ error: any Error, _ console: Console) -> Int32 {
        let code = WicketCommand.exitCode(for: error)
        let message = WicketCommand.fullMessage(for: error)
        if code == .success {
            try? console.line(message)
        } else if console.json {
            console.report(CommandFailure(type: "usage", message: WicketCommand.message(for: error), exitCode: 2))
        } else if !message.isEmpty {
            console.note(message)
        }
        return code == .validationFailure ? 2 : code.rawValue
    }
}
