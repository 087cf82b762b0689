// SPDX-License-Identifier: Apache-2.0

/// Whether a model's name fits an allow-list's pattern, in which `*` stands for anything.
func matches(_ name: String, pattern: String) -> Bool {
    var name = Substring(name)
    var pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)[...]
    guard let head = pieces.popFirst(), name.hasPrefix(head) else { return false }
    if pieces.isEmpty { return name == head }
    name = name.dropFirst(head.count)
    guard let tail = pieces.popLast() else { return false }
    for piece in pieces where !piece.isEmpty {
        guard let range = name.range(ofFirst: piece) else { return false }
        name = name[range.upperBound...]
    }
    return name.count >= tail.count && name.hasSuffix(tail)
}

extension Substring {
    /// Where `text` occurs first.
    fileprivate func range(ofFirst text: Substring) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
