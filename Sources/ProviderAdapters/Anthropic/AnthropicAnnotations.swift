// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// Citations of web pages as OpenAI's `url_citation` annotations. They cover the text block that they belong to, counted in
/// characters (Unicode scalars) of the whole content. Citations of documents have no URL, hence no counterpart.
struct AnthropicAnnotations {
    private var json = JSONWriter(reserving: 0)
    /// `title` and `url` of the open block's citations, each an object without its brackets.
    private var pending: [[UInt8]] = []
    private var blockStart = 0
    private var position = 0

    var isEmpty: Bool { json.bytes.isEmpty }

    mutating func add(_ citation: JSONNode, in document: JSONDocument) {
        guard let type = document.find("type", in: citation), document.isString(type, "web_search_result_location"),
            let url = document.find("url", in: citation), document.kind(url) == .string
        else { return }
        var page = JSONWriter(reserving: 128)
        page.key("title")
        if let title = document.find("title", in: citation), document.kind(title) == .string {
            page.raw(document.raw(title))
        } else {
            page.string("")
        }
        page.key("url")
        page.raw(document.raw(url))
        pending.append(page.bytes)
    }

    /// Text of the open block went by.
    /// - Parameter text: the JSON string, quotes included.
    mutating func pass(_ text: ArraySlice<UInt8>) {
        if !text.isEmpty { position += scalarCount(of: text.dropFirst().dropLast()) }
    }

    mutating func endBlock() {
        for page in pending {
            json.beginObject()
            json.key("type")
            json.string("url_citation")
            json.key("url_citation")
            json.beginObject()
            json.key("start_index")
            json.int(blockStart)
            json.key("end_index")
            json.int(position)
            json.raw(page)
            json.endObject()
            json.endObject()
        }
        pending.removeAll()
        blockStart = position
    }

    /// Writes what has gathered as the member `annotations`, and forgets it.
    mutating func write(to target: inout JSONWriter) {
        if isEmpty { return }
        target.key("annotations")
        target.beginArray()
        target.raw(json.bytes)
        target.endArray()
        json = JSONWriter(reserving: 0)
    }
}

/// The characters of a JSON string's inner bytes; an escape is one, a pair of surrogates too.
private func scalarCount(of inner: ArraySlice<UInt8>) -> Int {
    inner.withUnsafeBufferPointer { text in
        var count = 0
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "\\") {
                let isUnit = index + 5 < text.count && text[index + 1] == UInt8(ascii: "u")
                // \uDC00 to \uDFFF end a pair whose first half was counted; letters of either case.
                let isLowSurrogate =
                    isUnit && text[index + 2] | 0x20 == UInt8(ascii: "d")
                    && (UInt8(ascii: "c")...UInt8(ascii: "f")).contains(text[index + 3] | 0x20)
                if !isLowSurrogate { count += 1 }
                index += isUnit ? 6 : 2
            } else {
                if text[index] & 0xC0 != 0x80 { count += 1 }
                index += 1
            }
        }
        return count
    }
}
