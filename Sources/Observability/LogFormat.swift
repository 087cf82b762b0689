// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// The forms an event can take. All are pure, and each event is one line (or, for the journal, one line a field).
enum LogFormat {
    /// What one value may take up after escaping.
    static let valueLimit = 1024
    /// What a pipe takes whole or not at all (PIPE_BUF).
    static let lineLimit = 4096

    /// `time=2026-01-02T03:04:05.678Z level=info msg="Ready" socket=/run/wicket/wicket.sock`
    static func keyValueLine(_ event: LogEvent) -> [UInt8] {
        var line = Array("time=".utf8)
        Timestamp(milliseconds: event.milliseconds).append(to: &line)
        line.append(contentsOf: " level=\(event.level.name) msg=".utf8)
        appendQuotedIfNeeded(event.message.description, to: &line)
        appendFields(event.fields, to: &line)
        return finished(line)
    }

    /// `2026-01-02 03:04:05.678Z info     Ready socket=/run/wicket/wicket.sock`
    static func terminalLine(_ event: LogEvent) -> [UInt8] {
        var line: [UInt8] = []
        Timestamp(milliseconds: event.milliseconds).append(to: &line, separator: " ")
        let level = event.level.name
        line.append(contentsOf: " \(level)\(String(repeating: " ", count: 9 - level.count))".utf8)
        line.append(contentsOf: sentence(event))
        return finished(line)
    }

    /// For a stream that the journal reads: it takes the priority from the front and knows the time itself.
    static func journalStreamLine(_ event: LogEvent) -> [UInt8] {
        finished(Array("<\(event.level.priority)>".utf8) + sentence(event))
    }

    /// The journal's native datagram: one `FIELD=value` a line. Values are escaped, so none has a line break of its own.
    static func journalDatagram(_ event: LogEvent, identifier: String) -> [UInt8] {
        var datagram = Array("PRIORITY=\(event.level.priority)\nSYSLOG_IDENTIFIER=\(identifier)\nMESSAGE=".utf8)
        datagram.append(contentsOf: sentence(event))
        for (name, value) in event.fields {
            datagram.append(contentsOf: "\nWICKET_".utf8)
            for byte in name.description.utf8 { datagram.append(journalNameByte(byte)) }
            datagram.append(UInt8(ascii: "="))
            appendEscaped(value.text, to: &datagram)
        }
        datagram.append(UInt8(ascii: "\n"))
        return Redaction.masked(datagram)
    }

    private static func sentence(_ event: LogEvent) -> [UInt8] {
        var text: [UInt8] = []
        appendEscaped(event.message.description, to: &text)
        appendFields(event.fields, to: &text)
        return text
    }

    private static func appendFields(_ fields: LogFields, to line: inout [UInt8]) {
        for (name, value) in fields {
            line.append(UInt8(ascii: " "))
            line.append(contentsOf: name.description.utf8)
            line.append(UInt8(ascii: "="))
            appendQuotedIfNeeded(value.text, to: &line)
        }
    }

    private static func finished(_ line: [UInt8]) -> [UInt8] {
        var line = Redaction.masked(line)
        truncate(&line, to: lineLimit - 1)
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// The journal takes capital letters, digits and underscores.
    private static func journalNameByte(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        default: UInt8(ascii: "_")
        }
    }
}
