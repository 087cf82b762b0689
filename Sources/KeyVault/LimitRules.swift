// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// The shape of a virtual key's limits. They are kept as they were written; to enforce them is for whoever counts.
struct LimitRules {
    static let rate = LimitRules(
        field: "rate_limits", units: ["requests", "tokens"], span: "per", spans: ["second", "minute", "hour", "day"],
        takesAlert: false)
    static let usage = LimitRules(
        field: "usage_limits", units: ["usd", "tokens", "requests"], span: "period",
        spans: ["daily", "weekly", "monthly", "total"], takesAlert: true)
    private static let most = 32

    let field: String
    let units: [String]
    /// The member that says over how long it counts.
    let span: String
    let spans: [String]
    let takesAlert: Bool

    /// - Throws: `invalid_params` with the path of the first fault (`usage_limits[0].amount`).
    func check(_ text: [UInt8]) throws(GatewayFailure) {
        guard text.count <= 65_536, let document = try? JSONDocument(text), document.kind(document.root) == .array else {
            throw .invalidParams(field, "'\(field)' is a list of objects.")
        }
        for (index, limit) in document.elements(of: document.root).enumerated() {
            if index == Self.most { throw .invalidParams(field, "A key has at most \(Self.most) \(field).") }
            try check(limit, document, "\(field)[\(index)]")
        }
    }

    private func check(_ limit: JSONNode, _ document: JSONDocument, _ place: String) throws(GatewayFailure) {
        guard document.kind(limit) == .object else { throw .invalidParams(place, "A limit is an object.") }
        if let key = document.duplicateKey(in: limit) {
            throw .invalidParams("\(place).\(document.string(key) ?? "")", "This stands there twice.")
        }
        let known = ["unit", "amount", span] + (takesAlert ? ["alert_at"] : [])
        for member in document.members(of: limit) {
            let name = document.string(member.key) ?? ""
            if !known.contains(name) {
                throw .invalidParams("\(place).\(name)", "A limit of \(field) has \(known.joined(separator: ", ")).")
            }
        }
        let unit = try choice("unit", units, limit, document, place)
        _ = try choice(span, spans, limit, document, place)
        let amount = document.find("amount", in: limit)
        guard let number = amount.flatMap(document.double), number > 0, number.isFinite,
            unit == "usd" || amount.flatMap(document.int) != nil || takesAlert
        else {
            throw .invalidParams("\(place).amount", "An amount is a number above 0, and a whole one where requests are counted.")
        }
        if let node = document.find("alert_at", in: limit) {
            guard let share = document.double(node), share > 0, share <= 1 else {
                throw .invalidParams("\(place).alert_at", "'alert_at' is a share of the amount: above 0, and 1 at most.")
            }
        }
    }

    private func choice(
        _ name: String, _ choices: [String], _ limit: JSONNode, _ document: JSONDocument, _ place: String
    ) throws(GatewayFailure) -> String {
        guard let text = document.find(name, in: limit).flatMap(document.string), choices.contains(text) else {
            throw .invalidParams("\(place).\(name)", "'\(name)' is one of \(choices.joined(separator: ", ")).")
        }
        return text
    }
}
