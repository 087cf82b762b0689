// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What Prometheus scrapes.
package enum MetricsScrape: RPCMethod {
    package static let name = "metrics.scrape"
    package static let group = RPCGroup.metrics
    package static let socket = RPCSocket.admin
    package static let summary = "Gives all metrics in Prometheus's text form."

    package struct Result: Sendable {
        package var contentType: String
        package var text: String

        package init(contentType: String, text: String) {
            self.contentType = contentType
            self.text = text
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("content_type"); json.string(contentType)
            json.key("text"); json.string(text)
            json.endObject()
        }
    }
}
