// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Text that an argument points to: a file, or standard input.
enum InputText {
    /// The daemon takes no line longer than this.
    private static let maximumBytes = 16 * 1024 * 1024

    static func file(_ path: String) throws(CommandFailure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("The file \(path) cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        return try text(of: descriptor, named: "The file \(path)")
    }

    /// Standard input, to its end.
    static func standardInput() throws(CommandFailure) -> String { try text(of: STDIN_FILENO, named: "Standard input") }

    private static func text(of descriptor: Int32, named name: String) throws(CommandFailure) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw failure("\(name) cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += buffer[..<count]
            if bytes.count > maximumBytes {
                throw failure("\(name) is longer than \(maximumBytes) bytes, the most that the daemon takes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("\(name) is not UTF-8 text") }
        return text
    }

    private static func failure(_ problem: String) -> CommandFailure {
        CommandFailure(type: "input", message: "\(problem).", exitCode: 1)
    }
}
