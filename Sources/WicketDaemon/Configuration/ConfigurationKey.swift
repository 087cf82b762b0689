// SPDX-License-Identifier: Apache-2.0

/// One key that the configuration knows: where it stands, what it takes, what it is for, and how it is read.
///
/// The tables of keys are the only place that knows them: reading, the search for a mistyped name, and the page `Configuration`
/// all go by these.
struct ConfigurationKey<Root>: Sendable {
    /// From the root of its table, by dots: `limits.line_bytes`.
    let path: String
    /// What it takes, for people: `a whole number, 1 to 64`.
    let type: String
    /// What holds when it is left out.
    let fallback: String
    /// What it is for; one or two sentences.
    let summary: String
    /// Takes the value over, or says what is wrong with it.
    let read: @Sendable (YAMLNode, inout Root) throws(ValueFault) -> Void
}

/// What is wrong with a value. `node` is the part of it that is at fault.
struct ValueFault: Error {
    var faults: [(mark: SourceMark, message: String)]
    init(_ node: YAMLNode, _ message: String) { faults = [(node.mark, message)] }
    init(_ faults: [(mark: SourceMark, message: String)]) { self.faults = faults }
}

/// A key path that may be shared between threads; those of literals may.
typealias Place<Root, Value> = any WritableKeyPath<Root, Value> & Sendable

extension ConfigurationKey {
    static func integer(
        _ path: String, _ range: ClosedRange<Int>, _ place: Place<Root, Int>, fallback: String, _ summary: String
    ) -> Self {
        let type = "a whole number, \(range.lowerBound) to \(range.upperBound)"
        return Self(path: path, type: type, fallback: fallback, summary: summary) { (node, root) throws(ValueFault) in
            guard let value = node.integer, range.contains(value) else {
                throw ValueFault(node, "must be \(type), not \(node.kind)")
            }
            root[keyPath: place] = value
        }
    }

    static func text(
        _ path: String, type: String = "text", _ place: Place<Root, String?>, fallback: String, _ summary: String,
        check: @escaping @Sendable (String) -> String? = { _ in nil }
    ) -> Self {
        Self(path: path, type: type, fallback: fallback, summary: summary) { (node, root) throws(ValueFault) in
            root[keyPath: place] = try checkedText(node, type: type, check: check)
        }
    }

    static func absolutePath(_ path: String, _ place: Place<Root, String?>, fallback: String, _ summary: String) -> Self {
        text(path, type: "an absolute path", place, fallback: fallback, summary) { value in
            value.hasPrefix("/") && !value.contains("\0") ? nil : "must be an absolute path, not \(quoted(value))"
        }
    }

    static func flag(_ path: String, _ place: Place<Root, Bool?>, fallback: String, _ summary: String) -> Self {
        Self(path: path, type: "true or false", fallback: fallback, summary: summary) { (node, root) throws(ValueFault) in
            guard let value = node.flag else { throw ValueFault(node, "must be true or false, not \(node.kind)") }
            root[keyPath: place] = value
        }
    }

    /// One of a few names.
    static func choice<Value: Sendable>(
        _ path: String, _ choices: [(name: String, value: Value)], _ place: Place<Root, Value>, fallback: String,
        _ summary: String
    ) -> Self {
        let names = choices.map(\.name)
        return Self(path: path, type: names.joined(separator: ", "), fallback: fallback, summary: summary) {
            (node, root) throws(ValueFault) in
            guard let name = node.text, let choice = choices.first(where: { $0.name == name }) else {
                throw ValueFault(node, "must be one of \(names.joined(separator: ", ")), not \(node.kind)")
            }
            root[keyPath: place] = choice.value
        }
    }
}

/// A scalar's text after a check that answers what is wrong, or nil.
func checkedText(_ node: YAMLNode, type: String, check: (String) -> String?) throws(ValueFault) -> String {
    guard let text = node.text else { throw ValueFault(node, "must be \(type), not \(node.kind)") }
    if let problem = check(text) { throw ValueFault(node, problem) }
    return text
}

/// A list of texts.
func textList(_ node: YAMLNode) throws(ValueFault) -> [String] {
    guard case .sequence(let elements) = node.content else { throw ValueFault(node, "must be a list, not \(node.kind)") }
    var texts: [String] = []
    for element in elements { texts.append(try checkedText(element, type: "text", check: { _ in nil })) }
    return texts
}

/// The entries of a mapping.
func mapping(_ node: YAMLNode) throws(ValueFault) -> [YAMLEntry] {
    guard case .mapping(let entries) = node.content else { throw ValueFault(node, "must be a mapping, not \(node.kind)") }
    return entries
}
