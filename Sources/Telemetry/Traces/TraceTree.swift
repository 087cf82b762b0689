// SPDX-License-Identifier: Apache-2.0

/// The spans of a trace as a tree. A call's parts lie below it; a call lies below the span that it names as its parent, where
/// that is in the trace.
package struct TraceTree: Sendable {
    package struct Node: Sendable {
        package var span: TraceSpan
        package var children: [Node] = []
    }
    /// In the order of their start, as the children of each are.
    package let roots: [Node]

    /// Callers name their parents, so a chain may be as long as a trace: what lies deeper is a root, with its parent's id.
    static let deepest = 24

    package init(_ calls: [CallSpans]) {
        var places: [UInt64: Int] = [:]
        for (index, call) in calls.enumerated() {
            // Of two calls with the same id, which is their caller's mistake, the first one is the parent.
            for span in call.spans where places[span.spanID] == nil { places[span.spanID] = index }
        }
        var below = [[Int]](repeating: [], count: calls.count)
        var roots: [Int] = []
        for (index, call) in calls.enumerated() {
            if let parent = call.spans[0].parentSpanID.flatMap({ places[$0] }), parent != index {
                below[parent].append(index)
            } else {
                roots.append(index)
            }
        }
        var builder = Builder(calls: calls, below: below)
        var nodes = roots.map { builder.node($0, depth: 0) }
        // What nothing leads to: calls that name each other, or that lie too deep.
        while let next = calls.indices.first(where: { !builder.seen.contains($0) }) { nodes.append(builder.node(next, depth: 0)) }
        self.roots = nodes.sorted(by: isEarlier)
    }

    private struct Builder {
        let calls: [CallSpans]
        /// The calls that name a span of a call as their parent.
        let below: [[Int]]
        var seen: Set<Int> = []

        mutating func node(_ index: Int, depth: Int) -> Node {
            seen.insert(index)
            let spans = calls[index].spans
            var node = Node(span: spans[0], children: spans.dropFirst().map { Node(span: $0) })
            if depth >= TraceTree.deepest { return node }
            for inner in below[index] where !seen.contains(inner) {
                let child = self.node(inner, depth: depth + 1)
                if let part = node.children.firstIndex(where: { $0.span.spanID == child.span.parentSpanID }) {
                    node.children[part].children.append(child)
                } else {
                    node.children.append(child)
                }
            }
            node.children.sort(by: isEarlier)
            return node
        }
    }
}

private func isEarlier(_ one: TraceTree.Node, _ other: TraceTree.Node) -> Bool {
    one.span.startMicroseconds < other.span.startMicroseconds
}
