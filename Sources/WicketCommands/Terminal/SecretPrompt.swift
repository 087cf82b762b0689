// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization
import WicketProtocol

/// Reads a secret from the terminal without showing it, or from standard input. Never from an argument: other users see those.
enum SecretPrompt {
    /// Far above any key; a file given by mistake is not sent.
    private static let longestKey = 16_384
    /// How the terminal was, while its echo is off.
    private static let saved = Mutex<termios?>(nil)

    /// The vault's passphrase, of which no character is taken away but the line's end.
    static func passphrase(_ prompt: String, fromInput: Bool) throws(CommandFailure) -> [UInt8] {
        let isAsked = !fromInput && isatty(STDIN_FILENO) == 1
        var text = isAsked ? try ask(prompt, longestKey) : try readAll(STDIN_FILENO, until: nil, longestKey)
        if text.last == UInt8(ascii: "\n") { text.removeLast() }
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        if text.isEmpty { throw CommandFailure(type: "no_secret", message: "No passphrase was given.", exitCode: 1) }
        return text
    }

    /// One that is to be set: asked for twice, since nobody sees what is typed.
    static func newPassphrase(fromInput: Bool) throws(CommandFailure) -> [UInt8] {
        let first = try passphrase("New passphrase of the vault, at least 12 characters: ", fromInput: fromInput)
        if fromInput || isatty(STDIN_FILENO) == 0 { return first }
        if try passphrase("The same again: ", fromInput: false) == first { return first }
        throw CommandFailure(
            type: "no_secret", message: "The two passphrases differ, and nothing was changed.", advice: "Try again.", exitCode: 1)
    }

    /// A key, or with `parts` the JSON of a secret's parts.
    static func secret(_ prompt: String, parts: Bool) throws(CommandFailure) -> ProviderSecret {
        let text = try read(prompt, atMost: parts ? ProviderSecret.maximumBytes : longestKey)
        if !parts { return ProviderSecret(apiKey: text) }
        if let secret = ProviderSecret(parts: text) { return secret }
        throw CommandFailure(
            type: "no_secret", message: "What was given is no JSON object.",
            advice: #"The parts of a secret look like {"api_key": "…", "azure_resource_name": "…"}."#, exitCode: 1)
    }

    private static func read(_ prompt: String, atMost limit: Int) throws(CommandFailure) -> [UInt8] {
        let key = isatty(STDIN_FILENO) == 1 ? try ask(prompt, limit) : try readAll(STDIN_FILENO, until: nil, limit)
        let trimmed = key.trimmed
        if trimmed.isEmpty {
            throw CommandFailure(
                type: "no_secret", message: "No key was given.",
                advice: "Type it at the prompt, or pipe it in: `wicket keys add NAME --provider PROVIDER < key.txt`.",
                exitCode: 1)
        }
        return trimmed
    }

    /// Turns the echo on again if it is off. Safe from any thread.
    static func restoreEcho() {
        saved.withLock { saved in
            if var settings = saved { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
            saved = nil
        }
    }

    private static func ask(_ prompt: String, _ limit: Int) throws(CommandFailure) -> [UInt8] {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw unreadable() }
        saved.withLock { [settings] in $0 = settings }
        settings.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        _ = Console.write(prompt, to: STDERR_FILENO)
        defer {
            restoreEcho()
            _ = Console.write("\n", to: STDERR_FILENO)
        }
        return try readAll(STDIN_FILENO, until: UInt8(ascii: "\n"), limit)
    }

    private static func readAll(_ descriptor: Int32, until end: UInt8?, _ limit: Int) throws(CommandFailure) -> [UInt8] {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while end == nil || text.last != end {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw unreadable() }
            if count == 0 { break }
            text += buffer[..<count]
            if text.count > limit {
                let message = "What was given is longer than \(limit) bytes, so it is no secret."
                throw CommandFailure(type: "no_secret", message: message, exitCode: 1)
            }
        }
        return text
    }

    private static func unreadable() -> CommandFailure {
        CommandFailure(type: "no_secret", message: "The secret cannot be read: \(String(cString: strerror(errno))).", exitCode: 1)
    }
}

extension [UInt8] {
    /// Without white space at both ends, which a file or a paste brings along.
    fileprivate var trimmed: [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || 0x09...0x0D ~= byte }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else { return [] }
        return Array(self[first...last])
    }
}
