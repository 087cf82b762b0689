// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// Values that may be absent: replies write them as null, so that a reader sees that there is such a member.
extension JSONWriter {
    mutating func string(orNull text: String?) {
        if let text { string(text) } else { null() }
    }

    mutating func strings(_ texts: [String]) {
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    mutating func strings(orNull texts: [String]?) {
        if let texts { strings(texts) } else { null() }
    }
}
