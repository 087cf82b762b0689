// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// A stretch of time as methods take it.
package struct TimeRange: Sendable, Equatable {
    /// RFC 3339, UTC; a day before `to` where it is left out.
    package var from: String?
    /// Now where it is left out.
    package var to: String?
    static let members = ["from", "to"]

    package init(from: String? = nil, to: String? = nil) {
        self.from = from
        self.to = to
    }

    init(in reader: ParamsReader) throws(ParamsError) {
        from = try reader.string("from")
        to = try reader.string("to")
    }

    func write(to json: inout JSONWriter) {
        json.key("from"); json.string(orNull: from)
        json.key("to"); json.string(orNull: to)
    }
}
