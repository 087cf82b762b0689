// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

extension AnalyticsQuery {
    package struct Result: Sendable {
        /// Metrics as raw JSON, an object.
        package struct Point: Sendable {
            /// RFC 3339, UTC: the beginning of its stretch of time.
            package var at: String
            package var metrics: [UInt8]
            package init(at: String, metrics: [UInt8]) {
                self.at = at
                self.metrics = metrics
            }
        }
        package struct Figures: Sendable {
            package var metrics: [UInt8]
            /// Empty without an interval.
            package var series: [Point]
            package init(metrics: [UInt8], series: [Point]) {
                self.metrics = metrics
                self.series = series
            }
        }
        package struct Group: Sendable {
            package var by: [(name: String, value: String?)]
            package var figures: Figures
            package init(by: [(name: String, value: String?)], figures: Figures) {
                self.by = by
                self.figures = figures
            }
        }
        /// RFC 3339, UTC: the whole hours that it is about.
        package var from: String
        package var to: String
        /// `rollups` or `rows`.
        package var source: String
        package var isApproximate: Bool
        package var isTruncated: Bool
        package var summary: Figures
        package var groups: [Group]
        package var groupCount: Int

        package init(
            from: String, to: String, source: String, isApproximate: Bool, isTruncated: Bool, summary: Figures, groups: [Group],
            groupCount: Int
        ) {
            self.from = from
            self.to = to
            self.source = source
            self.isApproximate = isApproximate
            self.isTruncated = isTruncated
            self.summary = summary
            self.groups = groups
            self.groupCount = groupCount
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("from"); json.string(from)
            json.key("to"); json.string(to)
            json.key("source"); json.string(source)
            json.key("approximate"); json.bool(isApproximate)
            json.key("truncated"); json.bool(isTruncated)
            json.key("summary")
            json.beginObject()
            summary.writeMembers(to: &json)
            json.endObject()
            json.key("groups")
            json.beginArray()
            for group in groups { group.write(to: &json) }
            json.endArray()
            json.key("total_groups"); json.int(groupCount)
            json.endObject()
        }
    }
}

extension AnalyticsQuery.Result.Figures {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.key("metrics"); json.raw(metrics)
        json.key("series")
        json.beginArray()
        for point in series {
            json.beginObject()
            json.key("at"); json.string(point.at)
            json.key("metrics"); json.raw(point.metrics)
            json.endObject()
        }
        json.endArray()
    }
}

extension AnalyticsQuery.Result.Group {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("by")
        json.beginObject()
        for (name, value) in by { json.key(name); json.string(orNull: value) }
        json.endObject()
        figures.writeMembers(to: &json)
        json.endObject()
    }
}
