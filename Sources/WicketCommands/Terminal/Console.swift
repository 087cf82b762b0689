// SPDX-License-Identifier: Apache-2.0
import Glibc
import WicketClient

/// Standard output for results, standard error for all that is said about them.
struct Console: Sendable {
    /// Results and errors are for a program.
    let json: Bool
    let outputIsTerminal: Bool
    let errorIsTerminal: Bool

    init(json: Bool) {
        self.json = json
        outputIsTerminal = isatty(STDOUT_FILENO) == 1
        errorIsTerminal = isatty(STDERR_FILENO) == 1
    }

    /// Colours where a person looks, unless https://no-color.org says no.
    var outputStyle: Style { Style(isOn: outputIsTerminal && Style.isWanted) }
    var errorStyle: Style { Style(isOn: errorIsTerminal && Style.isWanted) }

    /// The columns that a table may take; nil where nobody looks and nothing should be cut.
    var width: Int? {
        guard outputIsTerminal else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes to standard output as it is.
    func write(_ text: String) throws(CommandFailure) {
        guard Self.write(text, to: STDOUT_FILENO) else {
            throw CommandFailure(
                type: "output", message: "Standard output cannot be written: \(String(cString: strerror(errno))).", exitCode: 1)
        }
    }

    func line(_ text: String) throws(CommandFailure) { try write(text + "\n") }

    func line(_ value: WicketValue) throws(CommandFailure) { try line(value.json) }

    /// What a model or a peer wrote: on a terminal its control characters are left out, since they could do more than be read.
    func foreign(_ text: String) throws(CommandFailure) { try write(outputIsTerminal ? text.withoutControls : text) }

    /// A line for the person at the terminal; never fails, as there is nowhere to tell.
    func note(_ text: String) { _ = Self.write(text + "\n", to: STDERR_FILENO) }

    /// Standard error without a line break, for what is painted over.
    func transient(_ text: String) { _ = Self.write(text, to: STDERR_FILENO) }

    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return false }
                sent += count
            }
            return true
        }
    }
}

extension String {
    /// Without the C0 and C1 controls, but for tab and line feed.
    var withoutControls: String {
        let isControl = { (scalar: Unicode.Scalar) in
            scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || 0x7F...0x9F ~= scalar.value
        }
        guard unicodeScalars.contains(where: isControl) else { return self }
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: unicodeScalars.filter { !isControl($0) })
        return String(kept)
    }
}
