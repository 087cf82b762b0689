// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import Telemetry

struct TraceTreeTests {
    private func spans(_ span: String, below parent: String? = nil, at start: Int = 0) -> CallSpans {
        CallSpans(
            call { record in
                record.spanID = span
                record.spanName = span
                record.parentSpanID = parent
                record.startedAtMilliseconds = start
            })
    }

    /// `a(b c)`: names of requests only.
    private func text(_ nodes: [TraceTree.Node]) -> String {
        nodes.filter { $0.span.kind == .server || !$0.children.isEmpty }.map { node in
            let inner = text(node.children)
            return inner.isEmpty ? node.span.name : "\(node.span.name)(\(inner))"
        }.joined(separator: " ")
    }

    @Test func `requests lie below the request that they name, in the order of their start`() {
        let tree = TraceTree([
            spans("late", below: "root", at: 9), spans("inner", below: "early", at: 5), spans("root", at: 1),
            spans("early", below: "root", at: 3),
        ])
        #expect(text(tree.roots) == "root(early(inner) late)")
    }

    @Test func `a parent that is elsewhere makes a root`() {
        #expect(text(TraceTree([spans("b", below: "away", at: 2), spans("a", at: 1)]).roots) == "a b")
    }

    @Test func `a request may lie below another one's part`() {
        let outer = call { $0.spanID = "outer"; $0.spanName = "outer"; $0.cacheMicroseconds = 5 }
        let look = String(spanID: TraceContext(traceID: outer.traceID, spanID: "outer").cacheSpanID)
        let tree = TraceTree([CallSpans(outer), spans("vectors", below: look, at: 2_000_000_000_000)])
        #expect(text(tree.roots) == "outer(cache(vectors))")
    }

    @Test(arguments: [
        [("a", "b"), ("b", "a")], [("a", "a")], [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")],
    ])
    func `requests that name each other are all shown, once`(_ pairs: [(String, String)]) {
        let tree = TraceTree(pairs.enumerated().map { spans($1.0, below: $1.1, at: $0) })
        let names = text(tree.roots).filter { $0.isLetter }
        #expect(names.sorted() == pairs.flatMap { $0.0 }.sorted())
    }

    @Test func `of two requests with the same id none is lost`() {
        let tree = TraceTree([spans("same", at: 1), spans("same", at: 2), spans("child", below: "same", at: 3)])
        #expect(text(tree.roots) == "same(child) same")
    }

    @Test func `a chain of any length is told within a bound on depth`() {
        let chain = (0..<300).map { spans("s\($0)", below: $0 > 0 ? "s\($0 - 1)" : nil, at: $0) }
        func depth(_ node: TraceTree.Node) -> Int { 1 + (node.children.map(depth).max() ?? 0) }
        func count(_ node: TraceTree.Node) -> Int { 1 + node.children.map(count).reduce(0, +) }
        let roots = TraceTree(chain).roots
        #expect(roots.map(depth).max() ?? 0 <= TraceTree.deepest + 2)
        #expect(roots.map(count).reduce(0, +) == 600)
    }
}
