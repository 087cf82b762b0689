// SPDX-License-Identifier: Apache-2.0

/// One header field. Names are written as they go on the wire; compare them without regard to case.
package struct HTTPField: Hashable, Sendable {
    package var name: String
    package var value: String
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Status and header fields of a provider's answer.
package struct HTTPHead: Sendable {
    package var status: Int
    /// In the order received, names in lower case.
    package var fields: [HTTPField]
    package init(status: Int, fields: [HTTPField]) {
        self.status = status
        self.fields = fields
    }
    /// The first value of a field; `name` in lower case.
    package func value(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }
}

/// What an adapter asks to be sent: everything but the origin and the secret, which it never sees.
package struct EncodedRequest: Sendable {
    /// Appended to the target's base URL, starting with `/`.
    package var path: String
    /// Fields of the dialect (version headers, `accept`); the secret's field is added where the request is sent.
    package var fields: [HTTPField]
    /// Shared with the caller's line when nothing had to change.
    package var body: ArraySlice<UInt8>
    /// Request parameters that this provider cannot take, by name, for `gateway.dropped_params`.
    package var droppedParams: [String]
    package init(path: String, fields: [HTTPField] = [], body: ArraySlice<UInt8>, droppedParams: [String] = []) {
        self.path = path
        self.fields = fields
        self.body = body
        self.droppedParams = droppedParams
    }
}

extension HTTPField {
    /// Whether `text` can be a field's name (RFC 9110, token).
    package static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// Whether `text` can be a field's value: no control characters, so nothing can end the field early.
    package static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}
