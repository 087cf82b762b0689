// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import JSONBytes

/// Reads `usage_limits` and `rate_limits`, of virtual keys and of named budgets alike.
package enum LimitReader {
    private static let most = 32
    private static let longestText = 65_536

    /// - Parameters:
    ///   - usage: a JSON array.
    ///   - rates: a JSON array.
    /// - Throws: `invalid_params` with the path of the first fault (`usage_limits[0].amount`).
    package static func rules(usage: [UInt8], rates: [UInt8]) throws(GatewayFailure) -> SpendingRules {
        SpendingRules(usage: try Self.usage(usage), rates: try Self.rates(rates))
    }

    package static func check(usage text: [UInt8]) throws(GatewayFailure) { _ = try usage(text) }
    package static func check(rates text: [UInt8]) throws(GatewayFailure) { _ = try rates(text) }

    package static func usage(_ text: [UInt8]) throws(GatewayFailure) -> [UsageLimit] {
        try list(text, "usage_limits", known: ["unit", "amount", "period", "alert_at"]) { (entry) throws(GatewayFailure) in
            let unit: BudgetUnit = try entry.choice("unit")
            let scale = unit == .usd ? 1e9 : 1
            return UsageLimit(
                unit, try entry.choice("period"),
                amount: try entry.amount(UsageLimit.largestAmount, scale: scale, takesFractions: true),
                alertShares: try entry.shares("alert_at"))
        }
    }

    package static func rates(_ text: [UInt8]) throws(GatewayFailure) -> [RateLimit] {
        try list(text, "rate_limits", known: ["unit", "amount", "per"]) { (entry) throws(GatewayFailure) in
            RateLimit(
                try entry.choice("unit"), try entry.choice("per"), amount: try entry.amount(RateLimit.largestAmount))
        }
    }

    private static func list<Limit>(
        _ text: [UInt8], _ field: String, known: [String], _ read: (LimitEntry) throws(GatewayFailure) -> Limit
    ) throws(GatewayFailure) -> [Limit] {
        guard text.count <= longestText, let document = try? JSONDocument(text), document.kind(document.root) == .array else {
            throw .invalidParams(field, "'\(field)' is a list of objects.")
        }
        var limits: [Limit] = []
        for (index, node) in document.elements(of: document.root).enumerated() {
            if index == most { throw .invalidParams(field, "There are at most \(most) \(field).") }
            limits.append(try read(try LimitEntry(document, node, "\(field)[\(index)]", field, known: known)))
        }
        return limits
    }
}

/// One limit as it was written.
private struct LimitEntry {
    private let document: JSONDocument
    private let node: JSONNode
    private let place: String

    init(
        _ document: JSONDocument, _ node: JSONNode, _ place: String, _ field: String, known: [String]
    ) throws(GatewayFailure) {
        self.document = document
        self.node = node
        self.place = place
        guard document.kind(node) == .object else { throw .invalidParams(place, "A limit is an object.") }
        if let key = document.duplicateKey(in: node) {
            throw .invalidParams("\(place).\(document.string(key) ?? "")", "This stands there twice.")
        }
        for member in document.members(of: node) {
            let name = document.string(member.key) ?? ""
            if !known.contains(name) {
                throw .invalidParams("\(place).\(name)", "A limit of \(field) has \(known.joined(separator: ", ")).")
            }
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String
    ) throws(GatewayFailure) -> Choice where Choice.RawValue == String {
        guard let text = document.find(name, in: node).flatMap(document.string), let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidParams("\(place).\(name)", "'\(name)' is one of \(names).")
        }
        return choice
    }

    /// - Parameter scale: what one of the amount is in the unit that it is counted in.
    func amount(_ largest: Int, scale: Double = 1, takesFractions: Bool = false) throws(GatewayFailure) -> Int {
        let amount = document.find("amount", in: node)
        if scale == 1, let whole = amount.flatMap(document.int), (1...largest).contains(whole) { return whole }
        if let number = amount.flatMap(document.double), number > 0, number * scale <= Double(largest),
            takesFractions || number == number.rounded()
        {
            // A part of a token is none, and a part of a billionth of a dollar is rounded.
            return max(1, Int(scale == 1 ? number : (number * scale).rounded()))
        }
        throw .invalidParams(
            "\(place).amount", "An amount is a number above 0, and a whole one for a rate.")
    }

    /// One share or a list of them, ascending.
    func shares(_ name: String) throws(GatewayFailure) -> [Double] {
        guard let value = document.find(name, in: node) else { return [] }
        let nodes = document.kind(value) == .array ? Array(document.elements(of: value)) : [value]
        var shares: [Double] = []
        for node in nodes {
            guard let share = document.double(node), share > 0, share <= 1, shares.count < 16 else {
                throw .invalidParams(
                    "\(place).\(name)", "'\(name)' is a share of the amount, or a list of them: above 0, and 1 at most.")
            }
            shares.append(share)
        }
        return shares.sorted()
    }
}
