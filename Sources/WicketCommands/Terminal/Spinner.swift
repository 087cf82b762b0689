// SPDX-License-Identifier: Apache-2.0

/// Shows on a terminal that something is awaited; nowhere else.
enum Spinner {
    private static let frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

    /// Turns until `operation` ends, and is gone when this returns.
    static func show<Result>(
        _ text: String, on console: Console, during operation: () async throws -> Result
    ) async throws -> Result {
        // Cancelled, and waited for, where this scope ends.
        async let _: Void = turn(text, on: console)
        return try await operation()
    }

    private static func turn(_ text: String, on console: Console) async {
        guard console.errorIsTerminal, !console.json else { return }
        // Most answers are there before anything has to be shown.
        try? await Task.sleep(for: .milliseconds(250))
        var index = 0
        while !Task.isCancelled {
            console.transient("\r" + console.errorStyle.dim("\(frames[index % frames.count]) \(text)"))
            index += 1
            try? await Task.sleep(for: .milliseconds(100))
        }
        if index > 0 { console.transient("\r\u{1B}[K") }
    }
}
