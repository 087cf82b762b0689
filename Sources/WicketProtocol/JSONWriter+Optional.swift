// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Values that may be absent: results write them as null, so that a reader sees that there is such a member.
extension JSONWriter {
    package mutating func string(orNull text: String?) {
        if let text { string(text) } else { null() }
    }

    package mutating func int(orNull value: Int?) {
        if let value { int(value) } else { null() }
    }

    package mutating func double(orNull value: Double?) {
        if let value { double(value) } else { null() }
    }

    package mutating func raw(orNull value: [UInt8]?) {
        if let value { raw(value) } else { null() }
    }

    package mutating func strings(_ texts: [String]?) {
        guard let texts else { return null() }
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
