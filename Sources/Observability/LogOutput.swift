// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Synchronization

/// Where events go: lines to a descriptor, or datagrams to the journal.
///
/// The journal is spoken to by its native protocol rather than by `sd_journal_sendv`, which waits as long as journald does: a
/// log line must not stop a reactor, with every request on it, because a disk is slow.
package final class LogOutput: Sendable {
    /// How events look.
    package enum Form: Sendable, Equatable {
        /// For a person's eyes.
        case terminal
        /// `key=value`, for a file or another program.
        case lines
        /// Datagrams to the journal's socket at this path.
        case journal(socket: String)
    }

    package let form: Form
    private let descriptor: Int32
    private let journal: Int32
    private let identifier: String
    private let threshold: Atomic<UInt8>
    /// How many events could not be written since the last one that could. Held while writing, so that lines never mix.
    private let dropped = Mutex(0)

    /// - Parameter descriptor: where lines go, and where events for the journal go when its socket is gone. Not closed here.
    package init(form: Form, descriptor: Int32, level: LogLevel = .info, identifier: String = "wicketd") {
        self.form = form
        self.descriptor = descriptor
        self.identifier = identifier
        threshold = Atomic(level.rawValue)
        if case .journal = form { journal = wicket_datagram_socket() } else { journal = -1 }
    }

    /// Standard error in the form that suits what it is: the journal (as `JOURNAL_STREAM` attests), a terminal, or something
    /// else.
    package convenience init(standardErrorWith environment: [String: String], level: LogLevel = .info) {
        let form: Form =
            if isJournalStream(environment["JOURNAL_STREAM"], descriptor: 2) {
                .journal(socket: "/run/systemd/journal/socket")
            } else {
                isatty(2) == 1 ? .terminal : .lines
            }
        self.init(form: form, descriptor: 2, level: level)
    }

    deinit { if journal >= 0 { close(journal) } }

    var level: LogLevel {
        get { LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    func write(_ event: LogEvent) {
        dropped.withLock { dropped in
            if dropped > 0 {
                let report = LogEvent(
                    level: .warning, milliseconds: event.milliseconds,
                    message: "Log events were dropped: their reader was too slow",
                    fields: ["count": .integer(dropped)]
                )
                if deliver(report) { dropped = 0 }
            }
            if dropped > 0 || !deliver(event) { dropped += 1 }
        }
    }

    /// True when the event is out.
    private func deliver(_ event: LogEvent) -> Bool {
        switch form {
        case .terminal: return writeLine(LogFormat.terminalLine(event))
        case .lines: return writeLine(LogFormat.keyValueLine(event))
        case .journal(let socket):
            let datagram = LogFormat.journalDatagram(event, identifier: identifier)
            let failure = datagram.withUnsafeBytes { wicket_send_datagram(journal, socket, $0.baseAddress, $0.count) }
            if failure == 0 { return true }
            if failure == EAGAIN { return false }
            return writeLine(LogFormat.journalStreamLine(event))
        }
    }

    /// Writes a line if that can't block. A pipe that is ready takes a line of up to PIPE_BUF bytes whole, so `poll` is enough;
    /// the descriptor itself can't be made non-blocking, as that would change it for every process that shares it.
    private func writeLine(_ line: [UInt8]) -> Bool {
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&poller, 1, 0) == 1, poller.revents & Int16(POLLOUT) != 0 else { return false }
        return line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == line.count
    }
}

/// Whether the descriptor is the stream that systemd's `JOURNAL_STREAM` (`device:inode`) names. A child whose standard error
/// was sent elsewhere inherits the variable, hence the comparison.
func isJournalStream(_ variable: String?, descriptor: Int32) -> Bool {
    guard let parts = variable?.split(separator: ":"), parts.count == 2 else { return false }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return UInt64(parts[0]) == UInt64(status.st_dev) && UInt64(parts[1]) == UInt64(status.st_ino)
}
