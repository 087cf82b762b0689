// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// What a config says without effect, as sentences. Bounded, whatever the config.
struct PlanWarnings {
    /// Parts of a config that later versions follow.
    enum Unbuilt: CaseIterable {
        case guardrails, mutators, providerOptions

        var sentence: String {
            switch self {
            case .guardrails: "guardrails are not run yet, so requests and answers pass unchecked"
            case .mutators: "mutators are not run yet, so requests and answers pass unchanged"
            case .providerOptions: "options of this kind are not supported yet, so they are not sent"
            }
        }
    }

    /// More would bury the answer that they go with.
    private static let most = 20

    private var sentences: [String] = []
    private var unsaid = 0
    private var unbuilt: [(feature: Unbuilt, places: [String], more: Int)] = []

    mutating func add(_ sentence: @autoclosure () -> String) {
        if sentences.count < Self.most { sentences.append(sentence()) } else { unsaid += 1 }
    }

    mutating func add(_ value: ConfigValue, _ what: @autoclosure () -> String) { add("\(value.place) \(what())") }

    /// One sentence for a feature, whatever the number of places that ask for it.
    mutating func notBuilt(_ feature: Unbuilt, _ value: ConfigValue) {
        guard let index = unbuilt.firstIndex(where: { $0.feature == feature }) else {
            unbuilt.append((feature, [value.place], 0))
            return
        }
        if unbuilt[index].places.count < 3 { unbuilt[index].places.append(value.place) } else { unbuilt[index].more += 1 }
    }

    mutating func unknown<Key: ConfigKey>(_ members: [(name: String, value: ConfigValue)], _: Key.Type) {
        for (name, value) in members { add(value, "is no known field and has no effect\(Self.advice(name, Key.self))") }
    }

    private static func advice<Key: ConfigKey>(_ name: String, _: Key.Type) -> String {
        if name == "on_status_codes" { return ": it belongs in `strategy` or in `retry`." }
        if let near = closestName(to: name, among: Key.allCases.lazy.map(\.name)) { return "; did you mean `\(near)`?" }
        return "."
    }

    var list: [String] {
        var list = sentences
        if unsaid > 0 { list.append("There are \(unsaid) more such warnings.") }
        for (feature, places, more) in unbuilt {
            let rest = more > 0 ? " and \(more) more" : ""
            list.append("\(places.joined(separator: ", "))\(rest): \(feature.sentence).")
        }
        return list
    }
}
