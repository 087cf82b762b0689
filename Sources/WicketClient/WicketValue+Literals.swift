// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Params as Swift literals: `["limit": 10, "filter": ["status": 200]]`.
extension WicketValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    /// JSON's null.
    public static var null: WicketValue { WicketValue(JSONDocument(), JSONDocument().root) }

    public init(dictionaryLiteral elements: (String, WicketValue)...) { self.init(elements) }
    public init(arrayLiteral elements: WicketValue...) { self.init(elements) }
    public init(stringLiteral value: String) { self.init(value) }
    public init(integerLiteral value: Int) { self.init(value) }
    public init(floatLiteral value: Double) { self.init(value) }
    public init(booleanLiteral value: Bool) { self.init(value) }
    public init(nilLiteral: ()) { self = .null }

    /// An object with these members, in this order.
    public init(_ members: [(String, WicketValue)]) {
        self.init(writing: { json in
            json.beginObject()
            for (key, value) in members {
                json.key(key)
                json.raw(value.rawJSON)
            }
            json.endObject()
        })
    }

    public init(_ elements: [WicketValue]) {
        self.init(writing: { json in
            json.beginArray()
            for element in elements { json.raw(element.rawJSON) }
            json.endArray()
        })
    }

    public init(_ text: String) { self.init(writing: { $0.string(text) }) }
    public init(_ number: Int) { self.init(writing: { $0.int(number) }) }
    /// Infinity and NaN, which JSON does not know, become null.
    public init(_ number: Double) { self.init(writing: { $0.double(number) }) }
    public init(_ truth: Bool) { self.init(writing: { $0.bool(truth) }) }

    /// The value that `body` writes.
    package init(writing body: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        body(&json)
        // What a writer writes is JSON; only literals nested past the depth limit can fail, and read as null then.
        let document = (try? JSONDocument(json.bytes)) ?? JSONDocument()
        self.init(document, document.root)
    }
}
