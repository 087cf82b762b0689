// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// `strategy.conditions[].query` → `Query`.
extension PlanCompiler {
    /// `$and` and `$or` inside of each other.
    private static let deepestQuery = 16
    private static let operators = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$regex"]

    mutating func query(_ value: ConfigValue, depth: Int) throws(GatewayFailure) -> Query {
        guard depth <= Self.deepestQuery else { throw value.fault("is nested too deeply: at most \(Self.deepestQuery) times.") }
        var terms: [Query.Term] = []
        var decided: String?
        for (key, node) in try value.members("an object, as in {\"metadata.plan\": {\"$eq\": \"paid\"}}") {
            let name = value.document.string(key) ?? ""
            let member = value.with(node)
            let term = try term(name, member, depth)
            if let decided {
                warnings.add(member, "is not looked at: \(decided) before it decides. Write it before \(decided), or inside.")
                continue
            }
            terms.append(term)
            if name.hasPrefix("$") { decided = name }
        }
        return Query(terms: terms)
    }

    private mutating func term(_ name: String, _ value: ConfigValue, _ depth: Int) throws(GatewayFailure) -> Query.Term {
        switch name {
        case "$and", "$or":
            var queries: [Query] = []
            for element in try value.elements("a list of queries") { queries.append(try query(element, depth: depth + 1)) }
            return name == "$and" ? .all(queries) : .any(queries)
        case _ where name.hasPrefix("$"):
            throw value.fault(
                Self.operators.contains(name)
                    ? "stands where a field must: write {\"metadata.name\": {\"\(name)\": …}}."
                    : "is no operator here: a query holds fields, $and and $or.")
        default:
            guard budget.fields > 0 else {
                throw value.fault("is one field too many: all conditions together look at \(QueryBudget.mostFields) at most.")
            }
            budget.fields -= 1
            let field = field(name, value)
            guard budget.names.contains(field) || budget.names.count < QueryBudget.mostNames else {
                throw value.fault("is one name too many: all conditions together look at \(QueryBudget.mostNames) names at most.")
            }
            budget.names.insert(field)
            return .field(field, try tests(value))
        }
    }

    private mutating func field(_ name: String, _ value: ConfigValue) -> Query.Field {
        // Portkey looks at the first two segments only.
        let segments = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        let second = segments.count > 1 ? String(segments[1]) : ""
        let field: Query.Field? =
            switch segments.first {
            case "metadata" where !second.isEmpty: .metadata(second)
            case "params" where !second.isEmpty: .params(second)
            case "url" where second == "pathname": .path
            default: nil
            }
        guard let field else {
            warnings.add(value, "names nothing, so it counts as missing: fields are metadata.NAME, params.NAME and url.pathname.")
            return .nothing
        }
        if segments.count > 2 { warnings.add(value, "reads \(segments[0]).\(shortened(second)): what follows is not looked at.") }
        return field
    }

    private mutating func tests(_ value: ConfigValue) throws(GatewayFailure) -> [Query.Test] {
        switch value.kind {
        case .array: throw value.fault("must be a value or an object of operators; for one of several write {\"$in\": […]}.")
        case .object: break
        default: return [.equal(try scalar(value))]
        }
        var tests: [Query.Test] = []
        var isDecided = false
        for (key, node) in try value.members("an object of operators") {
            let name = value.document.string(key) ?? ""
            let operand = value.with(node)
            let test = try test(name, operand)
            if isDecided {
                warnings.add(operand, "is not looked at: $regex before it decides. Write it before $regex.")
                continue
            }
            tests.append(test)
            isDecided = name == "$regex"
        }
        return tests
    }

    private mutating func test(_ name: String, _ operand: ConfigValue) throws(GatewayFailure) -> Query.Test {
        switch name {
        case "$eq": return .equal(try scalar(operand))
        case "$ne": return .notEqual(try scalar(operand))
        case "$gt": return .compared(.greater, try bound(operand))
        case "$gte": return .compared(.greaterOrEqual, try bound(operand))
        case "$lt": return .compared(.less, try bound(operand))
        case "$lte": return .compared(.lessOrEqual, try bound(operand))
        case "$in": return .among(try scalars(operand))
        case "$nin": return .notAmong(try scalars(operand))
        case "$regex": return .matches(try pattern(operand))
        default:
            let near = closestName(to: name, among: Self.operators).map { " Did you mean \($0)?" } ?? ""
            throw operand.fault("is no operator. Operators are: \(Self.operators.joined(separator: ", ")).\(near)")
        }
    }

    private func scalar(_ value: ConfigValue) throws(GatewayFailure) -> FactValue {
        switch value.kind {
        case .object, .array: throw value.fault("must be text, a number, true, false or null: nothing else is ever equal.")
        default: return FactValue(value.node, of: value.document)
        }
    }

    private mutating func scalars(_ value: ConfigValue) throws(GatewayFailure) -> [FactValue] {
        var values: [FactValue] = []
        for element in try value.elements("a list of values") {
            guard budget.values > 0 else {
                throw element.fault("is one value too many: all conditions together have at most \(QueryBudget.mostValues).")
            }
            budget.values -= 1
            values.append(try scalar(element))
        }
        return values
    }

    /// A number, or text that begins with one.
    private func bound(_ value: ConfigValue) throws(GatewayFailure) -> Double {
        guard value.kind == .number || value.kind == .string,
            let number = FactValue(value.node, of: value.document).leadingNumber
        else { throw value.fault("must be a number to compare with.") }
        return number
    }

    private mutating func pattern(_ value: ConfigValue) throws(GatewayFailure) -> Pattern {
        guard let text = value.document.string(value.node) else { throw value.fault("must be a regular expression, as text.") }
        do throws(PatternFault) {
            let pattern = try Pattern(text, instructions: budget.instructions)
            budget.instructions -= pattern.size
            return pattern
        } catch {
            throw value.fault("is no regular expression that is understood here: \(error.what).")
        }
    }
}

/// What all conditions of one config may have together: it bounds the time that they take, whatever the request is.
struct QueryBudget {
    static let mostNames = 32
    static let mostFields = 512
    static let mostValues = 4096
    /// Different fields: each is looked up once for a call, among all members of its request.
    var names: Set<Query.Field> = []
    /// Fields, each time one is named.
    var fields = Self.mostFields
    /// Values in lists.
    var values = Self.mostValues
    /// Instructions of patterns.
    var instructions = 1000
}
