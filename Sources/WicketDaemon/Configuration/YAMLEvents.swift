// SPDX-License-Identifier: Apache-2.0
import CYAML

/// What libyaml reports, one at a time, as values.
enum YAMLEvent {
    case documentStart
    case scalar(String, plain: Bool)
    case sequenceStart
    case mappingStart
    /// Ends the innermost sequence or mapping.
    case end
    case streamEnd
    /// `*name`, which is not taken: see `YAMLReader`.
    case alias
    /// A value with an explicit tag (`!!binary`, `!local`).
    case tagged
    /// Says nothing about the content.
    case other
}

/// Drives libyaml over bytes. Of one thread, for one reading.
final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// libyaml keeps a pointer to its input, so the bytes are held where they can't move.
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) {
        parser = .allocate(capacity: 1)
        input = .allocate(capacity: bytes.count)
        _ = input.initialize(from: bytes)
        // Fails only without memory; `next` then reports an error, since the parser is zeroed.
        _ = yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event and where it begins.
    /// - Throws: what is wrong with the YAML, and where.
    func next() throws(YAMLFault) -> (event: YAMLEvent, mark: SourceMark) {
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else { throw fault() }
        defer { yaml_event_delete(&raw) }
        return (event(raw), SourceMark(raw.start_mark))
    }

    private func event(_ raw: yaml_event_t) -> YAMLEvent {
        switch raw.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .streamEnd
        case YAML_ALIAS_EVENT: return .alias
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
        case YAML_SEQUENCE_START_EVENT: return raw.data.sequence_start.tag == nil ? .sequenceStart : .tagged
        case YAML_MAPPING_START_EVENT: return raw.data.mapping_start.tag == nil ? .mappingStart : .tagged
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            if scalar.tag != nil { return .tagged }
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return .scalar(text, plain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
        default: return .other
        }
    }

    private func fault() -> YAMLFault {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "libyaml can't read it"
        // A reader's problem (bad UTF-8) comes with a byte offset and without a mark.
        if parser.pointee.error == YAML_READER_ERROR {
            return YAMLFault(mark: nil, message: "not valid YAML: \(problem) at byte \(parser.pointee.problem_offset)")
        }
        return YAMLFault(mark: SourceMark(parser.pointee.problem_mark), message: "not valid YAML: \(problem)")
    }
}

/// Why the YAML could not be read to its end.
struct YAMLFault: Error {
    var mark: SourceMark?
    var message: String
}

extension SourceMark {
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: mark.line + 1, column: mark.column + 1) }
}
