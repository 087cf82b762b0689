// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// A condition of conditional routing, compiled. It holds when all of its terms do; one without terms always holds.
///
/// Portkey returns at once from `$and`, `$or` and `$regex`. So they are the last that is kept of what stands in their object.
package struct Query: Sendable {
    indirect enum Term: Sendable {
        case all([Query])
        case any([Query])
        case field(Field, [Test])
    }

    enum Field: Sendable, Hashable {
        case metadata(String)
        case params(String)
        case path
        /// A name that stands for no field.
        case nothing
    }

    enum Comparison: Sendable { case less, lessOrEqual, greater, greaterOrEqual }

    enum Test: Sendable {
        case equal(FactValue)
        case notEqual(FactValue)
        case compared(Comparison, Double)
        case among([FactValue])
        case notAmong([FactValue])
        case matches(Pattern)
    }

    let terms: [Term]

    init(terms: [Term]) { self.terms = terms }

    /// Holds for every call.
    package init() { terms = [] }

    package func holds(_ facts: RoutingFacts) -> Bool {
        terms.allSatisfy { term in
            switch term {
            case .all(let queries): return queries.allSatisfy { $0.holds(facts) }
            case .any(let queries): return queries.contains { $0.holds(facts) }
            case .field(let field, let tests):
                let value = facts.value(of: field)
                return tests.allSatisfy { $0.holds(value) }
            }
        }
    }
}

extension Query.Test {
    fileprivate func holds(_ value: FactValue) -> Bool {
        switch self {
        case .equal(let operand): return value == operand
        case .notEqual(let operand): return value != operand
        case .among(let operands): return operands.contains(value)
        case .notAmong(let operands): return !operands.contains(value)
        case .matches(let pattern): return pattern.matches(value.text)
        case .compared(let comparison, let bound):
            guard let number = value.leadingNumber else { return false }
            switch comparison {
            case .less: return number < bound
            case .lessOrEqual: return number <= bound
            case .greater: return number > bound
            case .greaterOrEqual: return number >= bound
            }
        }
    }
}

/// What conditions and sticky sessions look at: the call as it came, before any override. Its copies share what conditions have
/// found out, so it does not change once a condition has looked at it.
package struct RoutingFacts {
    /// `options.metadata`.
    package var metadata: (document: JSONDocument, node: JSONNode)?
    /// `params.request`.
    package var params: (document: JSONDocument, node: JSONNode)
    /// `options.forward_headers`: name in lower case, value.
    package var headers: [(String, String)]
    /// The path that the field's own API has for the operation (`/v1/chat/completions`).
    package var urlPath: String
    private let memo: RoutingMemo?

    /// - Parameter remembers: false for a call that follows no strategy, and so has nothing to remember.
    package init(
        metadata: (document: JSONDocument, node: JSONNode)?, params: (document: JSONDocument, node: JSONNode),
        headers: [(String, String)] = [], urlPath: String, remembers: Bool = true
    ) {
        memo = remembers ? RoutingMemo() : nil
        self.metadata = metadata
        self.params = params
        self.headers = headers
        self.urlPath = urlPath
    }

    fileprivate func value(of field: Query.Field) -> FactValue {
        if let known = memo?.values.first(where: { $0.field == field }) { return known.value }
        let value = read(field)
        memo?.values.append((field, value))
        return value
    }

    private func read(_ field: Query.Field) -> FactValue {
        switch field {
        case .metadata(let name): metadata.map { value(name, in: $0) } ?? .missing
        case .params(let name): value(name, in: params)
        case .path: .text(urlPath)
        case .nothing: .missing
        }
    }

    private func value(_ name: String, in object: (document: JSONDocument, node: JSONNode)) -> FactValue {
        guard let node = object.document.find(name, in: object.node) else { return .missing }
        return FactValue(node, of: object.document)
    }
}

extension PlanStrategy {
    /// The first of its conditions that holds, decided once for each call: whoever asks where the strategy leads asks again for
    /// every try.
    func heldCondition(of conditions: [Condition], _ facts: RoutingFacts) -> Int? { facts.held(conditions, of: self) }
}

extension RoutingFacts {
    fileprivate func held(_ conditions: [Condition], of strategy: PlanStrategy) -> Int? {
        if let known = memo?.held.first(where: { $0.strategy === strategy }) { return known.condition }
        let condition = conditions.firstIndex { $0.query.holds(self) }
        memo?.held.append((strategy, condition))
        return condition
    }
}

/// What conditions have found out about one call. The call never changes, and a large one takes long to look through.
private final class RoutingMemo {
    var values: [(field: Query.Field, value: FactValue)] = []
    var held: [(strategy: PlanStrategy, condition: Int?)] = []
}
