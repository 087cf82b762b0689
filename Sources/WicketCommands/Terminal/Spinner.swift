// SPDX-License-Identifier: Apache-2.0

/// Shows on a terminal that something is awaited; nowhere else.
struct Spinner: Sendable {
    /// Tells whether it came to show anything.
    private let task: Task<Bool, Never>?

    init(_ text: String, on console: Console) {
        guard console.errorIsTerminal, !console.json else {
            task = nil
            return
        }
        let style = console.errorStyle
        task = Task {
            for turn in 0..<Int.max {
                // Most answers are there before anything has to be shown.
                do { try await Task.sleep(for: .milliseconds(turn == 0 ? 250 : 100)) } catch { return turn > 0 }
                let frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
                _ = Console.write("\r\(style.dim("\(frames[turn % frames.count]) \(text)"))", to: 2)
            }
            return true
        }
    }

    /// Takes it away again; what is written next stands at the line's beginning.
    func stop() async {
        guard let task else { return }
        task.cancel()
        if await task.value { _ = Console.write("\r\u{1B}[K", to: 2) }
    }
}
