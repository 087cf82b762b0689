// SPDX-License-Identifier: Apache-2.0
import Foundation
import WicketTestServer

/// The built `wicket`, run as a process against a server of the test's.
struct Tool: Sendable {
    struct Outcome: Sendable {
        let code: Int32
        let output: String
        let error: String
    }

    let server: TestServer

    /// It lies beside the program that runs the tests.
    static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "wicket")

    func run(_ arguments: String..., input: String = "") async -> Outcome {
        await start(arguments, input: input).outcome()
    }

    func start(_ arguments: [String], input: String = "", terminal: FileHandle? = nil) -> Running {
        let process = Process()
        process.executableURL = Tool.executable
        process.arguments = arguments
        process.environment = ["WICKET_SOCKET": server.path, "WICKET_ADMIN_SOCKET": server.path, "PATH": "/usr/bin:/bin"]
        let (inputPipe, outputPipe, errorPipe) = (Pipe(), Pipe(), Pipe())
        process.standardInput = terminal ?? inputPipe
        process.standardOutput = outputPipe
        process.standardError = errorPipe
        let launch = Result { try process.run() }
        try? inputPipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? inputPipe.fileHandleForWriting.close()
        return Running(
            process: process, launch: launch, output: outputPipe.fileHandleForReading, error: errorPipe.fileHandleForReading)
    }

    /// Waits on a thread of its own, since the server needs the tasks' threads.
    struct Running: @unchecked Sendable {  // Sendable is sound: the test's task starts it, one thread waits for it.
        let process: Process
        let launch: Result<Void, any Error>
        let output: FileHandle
        let error: FileHandle

        func outcome() async -> Outcome {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    guard case .success = launch else {
                        return continuation.resume(returning: Outcome(code: -1, output: "", error: "\(launch)"))
                    }
                    let output = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
                    let error = String(decoding: error.readDataToEndOfFile(), as: UTF8.self)
                    process.waitUntilExit()
                    continuation.resume(returning: Outcome(code: process.terminationStatus, output: output, error: error))
                }
            }
        }

        /// What was written to standard error up to and with `text`.
        func waitForError(_ text: String) async {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                Thread.detachNewThread {
                    var seen = ""
                    while !seen.contains(text), case let data = error.availableData, !data.isEmpty {
                        seen += String(decoding: data, as: UTF8.self)
                    }
                    continuation.resume()
                }
            }
        }
    }
}
