// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What was used and what it cost. On the use socket by the caller's own uid, on the admin socket by all.
package enum UsageGet: RPCMethod {
    package static let name = "usage.get"
    package static let group = RPCGroup.logs
    package static let socket = RPCSocket.both
    package static let summary = "Adds up tokens, requests and cost, by group."

    package struct Params: Sendable, Equatable {
        package var time: TimeRange
        package var groupBy: [String]

        package init(time: TimeRange = TimeRange(), groupBy: [String] = []) {
            self.time = time
            self.groupBy = groupBy
        }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["group_by"] + TimeRange.members)
            time = try TimeRange(in: reader)
            groupBy = try reader.strings("group_by") ?? []
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            time.write(to: &json)
            json.key("group_by"); json.strings(groupBy)
            json.endObject()
        }
    }

    package struct Sums: Sendable, Equatable {
        package var requests = 0
        package var errors = 0
        package var inputTokens = 0
        package var outputTokens = 0
        /// Of the calls whose price is known.
        package var costNanoUSD = 0
        package var unpricedRequests = 0
        package var estimatedRequests = 0
        package var savedNanoUSD = 0
        package init() {}
    }

    package struct Result: Sendable {
        package var from: String
        package var to: String
        package var isApproximate: Bool
        package var isTruncated: Bool
        package var total: Sums
        package var usage: [(by: [(name: String, value: String?)], sums: Sums)]

        package init(
            from: String, to: String, isApproximate: Bool, isTruncated: Bool, total: Sums,
            usage: [(by: [(name: String, value: String?)], sums: Sums)]
        ) {
            self.from = from
            self.to = to
            self.isApproximate = isApproximate
            self.isTruncated = isTruncated
            self.total = total
            self.usage = usage
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("from"); json.string(from)
            json.key("to"); json.string(to)
            json.key("approximate"); json.bool(isApproximate)
            json.key("truncated"); json.bool(isTruncated)
            json.key("total")
            json.beginObject()
            total.writeMembers(to: &json)
            json.endObject()
            json.key("usage")
            json.beginArray()
            for (by, sums) in usage {
                json.beginObject()
                json.key("by")
                json.beginObject()
                for (name, value) in by { json.key(name); json.string(orNull: value) }
                json.endObject()
                sums.writeMembers(to: &json)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }
}

extension UsageGet.Sums {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.key("requests"); json.int(requests)
        json.key("errors"); json.int(errors)
        json.key("input_tokens"); json.int(inputTokens)
        json.key("output_tokens"); json.int(outputTokens)
        json.key("cost")
        json.beginObject()
        // Nobody knows, which is not nothing.
        let isUnpriced = requests > 0 && unpricedRequests == requests
        json.key("nano_usd"); json.int(orNull: isUnpriced ? nil : costNanoUSD)
        json.key("status"); json.string(isUnpriced ? "unpriced" : estimatedRequests > 0 ? "estimated" : "priced" as String)
        json.endObject()
        json.key("unpriced_requests"); json.int(unpricedRequests)
        json.key("saved_nano_usd"); json.int(savedNanoUSD)
    }
}
