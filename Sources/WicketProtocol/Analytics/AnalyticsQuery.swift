// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Figures over many calls: of all, by group, over time.
package enum AnalyticsQuery: RPCMethod {
    package static let name = "analytics.query"
    package static let group = RPCGroup.logs
    package static let socket = RPCSocket.admin
    package static let summary = "Adds up calls: any metrics, by group and over time."

    package struct Params: Sendable, Equatable {
        /// Empty for those that a first look needs.
        package var metrics: [String] = []
        package var groupBy: [String] = []
        package var filters: [Filter] = []
        package var time = TimeRange()
        /// `hour`, `day`, `week` or `month`.
        package var interval: String?
        package var limit: Int?

        package init() {}

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(
                document, node, known: ["metrics", "group_by", "filters", "interval", "limit"] + TimeRange.members)
            metrics = try reader.strings("metrics") ?? []
            groupBy = try reader.strings("group_by") ?? []
            time = try TimeRange(in: reader)
            interval = try reader.string("interval")
            limit = try reader.int("limit")
            if let limit, !(1...Page.maximumLimit).contains(limit) {
                throw reader.wrong("limit", "a whole number from 1 to \(Page.maximumLimit)")
            }
            guard let node = reader.node("filters") else { return }
            guard document.kind(node) == .object else { throw reader.wrong("filters", "an object") }
            for (key, value) in document.members(of: node) {
                let name = document.string(key) ?? ""
                if filters.contains(where: { $0.name == name }) {
                    throw ParamsError("params.filters.\(name)", "`\(name)` stands there twice; send a list of values.")
                }
                filters.append(Filter(name: name, condition: try Filter.condition(name, document, value)))
            }
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("metrics"); json.strings(metrics)
            json.key("group_by"); json.strings(groupBy)
            json.key("filters")
            json.beginObject()
            for filter in filters { json.key(filter.name); filter.condition.write(to: &json) }
            json.endObject()
            time.write(to: &json)
            json.key("interval"); json.string(orNull: interval)
            json.key("limit"); json.int(orNull: limit)
            json.endObject()
        }
    }

    package struct Filter: Sendable, Equatable {
        package enum Condition: Sendable, Equatable {
            /// Any of them; nil for calls that have none.
            case anyOf([String?])
            /// On the wire `{"min": …, "max": …}`, both included.
            case between(Int?, Int?)
        }
        package var name: String
        package var condition: Condition

        package init(name: String, condition: Condition) {
            self.name = name
            self.condition = condition
        }
    }
}

extension AnalyticsQuery.Filter {
    fileprivate static func condition(_ name: String, _ document: JSONDocument, _ node: JSONNode) throws(ParamsError)
        -> Condition
    {
        let wrong = ParamsError(
            "params.filters.\(name)", "`\(name)` must be a value, a list of values, or an object with `min` and `max`.")
        switch document.kind(node) {
        case .object:
            let reader = try ParamsReader(document, node, path: "params.filters.\(name)", known: ["min", "max"])
            return .between(try reader.int("min"), try reader.int("max"))
        case .array:
            var values: [String?] = []
            for element in document.elements(of: node) {
                guard let value = value(document, element) else { throw wrong }
                values.append(value)
            }
            if values.isEmpty { throw wrong }
            return .anyOf(values)
        default:
            guard let value = value(document, node) else { throw wrong }
            return .anyOf([value])
        }
    }

    /// A text as it is, a number or truth as JSON has it; nil twice over for what is no single value.
    private static func value(_ document: JSONDocument, _ node: JSONNode) -> String?? {
        switch document.kind(node) {
        case .null: .some(nil)
        case .string: document.string(node)
        case .object, .array: nil
        default: String(decoding: document.raw(node), as: UTF8.self)
        }
    }
}

extension AnalyticsQuery.Filter.Condition {
    fileprivate func write(to json: inout JSONWriter) {
        switch self {
        case .anyOf(let values):
            json.beginArray()
            for value in values { json.string(orNull: value) }
            json.endArray()
        case .between(let least, let most):
            json.beginObject()
            json.key("min"); json.int(orNull: least)
            json.key("max"); json.int(orNull: most)
            json.endObject()
        }
    }
}
