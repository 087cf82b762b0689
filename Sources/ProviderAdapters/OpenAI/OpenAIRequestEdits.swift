// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// Names the model to send, where the caller wrote another (an alias) or none.
func setModel(of call: DialectCall, in edits: inout JSONSplicer) {
    if call.model.isEmpty { return }
    if let node = call.document.find("model", in: call.request), call.document.isString(node, call.model) { return }
    var model = JSONWriter(reserving: call.model.utf8.count + 2)
    model.string(call.model)
    edits.set("model", to: model.bytes, in: call.request)
}

/// Brings the request's parameters into what the provider takes.
/// - Returns: the parameters, as the caller named them, whose value does not reach the provider as it was written: taken out,
///   or brought to a bound. Sorted. A renamed one keeps its meaning and is not among them.
func apply(_ rules: ParameterRules, to call: DialectCall, in edits: inout JSONSplicer) -> [String] {
    var dropped: [String] = []
    for name in rules.unsupported where call.document.find(name, in: call.request) != nil {
        edits.remove(name, in: call.request)
        dropped.append(name)
    }
    for (name, newName) in rules.renames where call.document.find(name, in: call.request) != nil {
        if call.document.find(newName, in: call.request) == nil {
            edits.rename(name, to: newName, in: call.request)
        } else {
            // The provider's own name is there too, and counts.
            edits.remove(name, in: call.request)
            dropped.append(name)
        }
    }
    for (name, range) in rules.limits {
        guard let node = call.document.find(name, in: call.request), let value = call.document.double(node) else { continue }
        if range.contains(value) { continue }
        var bound = JSONWriter(reserving: 16)
        bound.double(min(max(value, range.lowerBound), range.upperBound))
        edits.set(name, to: bound.bytes, in: call.request)
        dropped.append(name)
    }
    return dropped.sorted()
}
