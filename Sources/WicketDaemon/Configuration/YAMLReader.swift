// SPDX-License-Identifier: Apache-2.0

/// Makes a tree of a YAML file, within limits.
///
/// Aliases are refused: a few lines of them can stand for gigabytes, and a configuration this small needs none. Explicit tags
/// and a second document are refused too, because nothing here would read them.
struct YAMLReader {
    private static let byteLimit = 1 << 20
    private static let nodeLimit = 20_000
    private static let depthLimit = 32

    private let events: YAMLEvents
    private var nodes = 0
    /// What is wrong but does not stop the reading, so that one run shows it all.
    private var faults: [YAMLFault] = []

    /// The file's value, nil when it is empty, and all that is wrong with it.
    static func read(_ bytes: [UInt8]) -> (root: YAMLNode?, faults: [YAMLFault]) {
        if bytes.count > byteLimit {
            return (nil, [YAMLFault(mark: nil, message: "larger than \(byteLimit) bytes, which no configuration is")])
        }
        var reader = YAMLReader(events: YAMLEvents(bytes))
        do throws(YAMLFault) {
            let root = try reader.document()
            return (root, reader.faults)
        } catch {
            return (nil, reader.faults + [error])
        }
    }

    private init(events: YAMLEvents) { self.events = events }

    private mutating func document() throws(YAMLFault) -> YAMLNode? {
        var root: YAMLNode?
        var sawDocument = false
        while true {
            let (event, mark) = try events.next()
            switch event {
            case .streamEnd: return root
            case .other: continue
            case .documentStart:
                if sawDocument { throw YAMLFault(mark: mark, message: "a second document begins here; one file holds one") }
                sawDocument = true
            default: root = try node(event, mark, depth: 0)
            }
        }
    }

    private mutating func node(_ event: YAMLEvent, _ mark: SourceMark, depth: Int) throws(YAMLFault) -> YAMLNode? {
        nodes += 1
        if nodes > Self.nodeLimit { throw YAMLFault(mark: mark, message: "more than \(Self.nodeLimit) values") }
        if depth > Self.depthLimit { throw YAMLFault(mark: mark, message: "nested deeper than \(Self.depthLimit) levels") }
        switch event {
        case .scalar(let text, let plain): return YAMLNode(content: .scalar(text, plain: plain), mark: mark)
        case .sequenceStart: return YAMLNode(content: .sequence(try elements(depth)), mark: mark)
        case .mappingStart: return YAMLNode(content: .mapping(try entries(depth)), mark: mark)
        case .alias: throw YAMLFault(mark: mark, message: "aliases (`*name`) are not taken; write the value out")
        case .tagged: throw YAMLFault(mark: mark, message: "tags (`!name`) are not taken; leave it out")
        default: return nil
        }
    }

    /// Up to the sequence's end, which `node` answers with nil.
    private mutating func elements(_ depth: Int) throws(YAMLFault) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            let (event, mark) = try events.next()
            guard let element = try node(event, mark, depth: depth + 1) else { return elements }
            elements.append(element)
        }
    }

    private mutating func entries(_ depth: Int) throws(YAMLFault) -> [YAMLEntry] {
        var entries: [YAMLEntry] = []
        var lines: [String: Int] = [:]
        while true {
            let (event, mark) = try events.next()
            guard let key = try node(event, mark, depth: depth + 1) else { return entries }
            guard case .scalar(let name, _) = key.content else { throw YAMLFault(mark: mark, message: "a key must be a name") }
            let (valueEvent, valueMark) = try events.next()
            guard let value = try node(valueEvent, valueMark, depth: depth + 1) else { return entries }
            if let first = lines[name] {
                faults.append(
                    YAMLFault(mark: mark, message: "\(quoted(name)) is here a second time; it was set in line \(first)"))
                continue
            }
            lines[name] = mark.line
            entries.append(YAMLEntry(name: name, mark: mark, value: value))
        }
    }
}
