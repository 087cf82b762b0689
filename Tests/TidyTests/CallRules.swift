// SPDX-License-Identifier: Apache-2.0

/// Calls that must not occur in certain places. A token that begins with a letter must stand as a whole word.
struct CallRule {
    let tokens: [String]
    let message: String
    let applies: @Sendable (SourceFile) -> Bool
    /// A line that contains this is fine: the argument makes the difference.
    var unless: String?

    func findings(_ file: SourceFile) -> [Finding] {
        guard file.isSwift, applies(file) else { return [] }
        var findings: [Finding] = []
        for (index, line) in file.code.enumerated() {
            for token in tokens where CallRule.line(line, contains: token) {
                if let unless, line.contains(unless) { continue }
                findings.append(file.finding(index, "\(token) \(message)"))
            }
        }
        return findings
    }

    static func line(_ line: String, contains token: String) -> Bool {
        var rest = line[...]
        while let found = rest.firstRange(of: token) {
            let before = found.lowerBound > line.startIndex ? line[line.index(before: found.lowerBound)] : " "
            let goesOn = before.isLetter || before.isNumber || before == "_" || before == "."
            let isWhole = !(token.first?.isLetter ?? false) || !goesOn
            // A declaration names a call without making one.
            let isDeclared = line[..<found.lowerBound].hasSuffix("func ")
            if isWhole, !isDeclared { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }

    static let all: [CallRule] = [
        CallRule(
            tokens: [
                "Date(", "Date.now", "ContinuousClock", "SuspendingClock", "DispatchTime", "clock_gettime(", "gettimeofday(",
                "time(nil", "Task.sleep", "usleep(", "nanosleep(",
            ],
            message: "in a pure target: it reads no clock; take the time as a parameter", applies: isPure),
        CallRule(
            tokens: [
                ".random(", ".randomElement(", ".shuffled(", ".shuffle(", "SystemRandomNumberGenerator", "UUID(", "getrandom(",
                "arc4random",
            ],
            message: "in a pure target: it draws no random number; take the generator as a parameter", applies: isPure,
            unless: "using:"),
        CallRule(
            tokens: [
                "open(", "fopen(", "openat(", "socket(", "stat(", "FileManager", "FileHandle", "getenv(", "ProcessInfo",
                "CommandLine", "fputs(",
            ],
            message: "in a pure target: it does no IO; take the bytes as a parameter", applies: isPure),
        CallRule(
            tokens: [
                "withTaskGroup(", "withThrowingTaskGroup(", "withDiscardingTaskGroup(", "pthread_create(", "Thread(",
                "DispatchQueue",
            ],
            message: "in a pure target: it starts no task", applies: isPure),
        CallRule(
            tokens: ["Task {", "Task(", "Task.detached", "Task.immediate"],
            message: "outside WicketDaemon and Reactor: it leaves its executor and its parent; use a task group",
            applies: { $0.isInSources && !mayStartTasks($0) }),
        CallRule(
            tokens: [
                "posix_spawn(", "posix_spawnp(", "execv(", "execve(", "execvp(", "popen(", "system(",
                "Process(",
            ],
            message: "in Sources: no process is started, so none inherits what this one holds", applies: { $0.isInSources }),
        CallRule(
            tokens: ["print(", "debugPrint(", "dump("],
            message: "in Sources: answers go through the command's output, events through the log", applies: { $0.isInSources }),
        CallRule(
            tokens: ["try!", "as!"], message: "in Sources: throw or return an error value instead", applies: { $0.isInSources }),
    ]

    /// The roots of processes, and the executor itself. The command line's main thread waits for signals beside its one task.
    private static func mayStartTasks(_ file: SourceFile) -> Bool {
        file.target == "WicketDaemon" || file.target == "Reactor" || file.path == "Sources/WicketCommands/CommandLineTool.swift"
    }

    private static let isPure: @Sendable (SourceFile) -> Bool = { $0.target.map(ImportTable.pure.contains) ?? false }
}
