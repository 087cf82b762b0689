// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// Parts of a message's content as blocks.
extension AnthropicRequest {
    /// The text of a text part, or nil for another part.
    func textOfPart(_ part: JSONNode) -> JSONNode? {
        guard let type = value("type", in: part), document.isString(type, "text") else { return nil }
        return value("text", in: part).flatMap { document.kind($0) == .string ? $0 : nil }
    }

    mutating func writeText(_ text: JSONNode, cacheControlOf holder: JSONNode? = nil) {
        if isBlank(text) { return }
        json.beginObject()
        json.key("type")
        json.string("text")
        json.key("text")
        json.raw(document.raw(text))
        if let holder { copy(["cache_control", "citations"], from: holder) }
        json.endObject()
    }

    mutating func writeText(utf8 text: ArraySlice<UInt8>) {
        if text.allSatisfy({ $0 <= 0x20 }) { return }
        json.beginObject()
        json.key("type")
        json.string("text")
        json.key("text")
        json.string(utf8: text)
        json.endObject()
    }

    mutating func write(part: JSONNode, at place: ContentPlace) throws(GatewayFailure) {
        guard let type = value("type", in: part).flatMap(document.string) else {
            throw .invalidParams(place.path(".type"), "A content part needs a type.")
        }
        switch type {
        case "text":
            guard let text = textOfPart(part) else { throw .invalidParams(place.path(".text"), "A text part needs a text.") }
            writeText(text, cacheControlOf: part)
            noteUnknown(in: part, known: ["type", "text", "cache_control", "citations"], prefix: "messages[].content[].")
        case "refusal":
            guard let text = value("refusal", in: part), document.kind(text) == .string else {
                throw .invalidParams(place.path(".refusal"), "A refusal part needs a text.")
            }
            writeText(text, cacheControlOf: part)
        case "image_url": try write(image: part, at: place)
        case "file": try write(file: part, at: place)
        default:
            guard Self.isNativeBlock(type) else {
                throw .invalidParams(
                    place.path(), "Anthropic can't take a \(type) part; send text, images, PDFs or text documents.")
            }
            json.raw(document.raw(part))
            let holder = value("source", in: part) ?? part
            if value("file_id", in: holder) != nil { need(beta: Self.filesBeta) }
        }
    }

    /// Blocks of the provider's own form, which a caller may put among the parts; they are passed on raw.
    private static func isNativeBlock(_ type: String) -> Bool {
        switch type {
        case "image", "document", "search_result", "thinking", "redacted_thinking", "tool_use", "tool_result", "server_tool_use",
            "mcp_tool_use", "container_upload", "compaction", "tool_reference", "fallback":
            true
        default: type.hasSuffix("_tool_result")
        }
    }

    private static let filesBeta = "files-api-2025-04-14"

    // MARK: Images

    private mutating func write(image part: JSONNode, at place: ContentPlace) throws(GatewayFailure) {
        let holder = value("image_url", in: part)
        // Some callers put the URL where the object should be.
        let isBare = holder.map { document.kind($0) == .string } ?? false
        guard let url = isBare ? holder : holder.flatMap({ value("url", in: $0) }), let text = document.textBytes(url) else {
            throw .invalidParams(place.path(".image_url.url"), "An image part needs a URL.")
        }
        if let holder { noteUnknown(in: holder, known: ["url"], prefix: "messages[].content[].image_url.") }
        noteUnknown(in: part, known: ["type", "image_url", "cache_control"], prefix: "messages[].content[].")
        if let data = DataURL(text) {
            return try write(data: data.payload, mediaType: data.mediaType, isBase64: data.isBase64, part: part, at: place)
        }
        try write(url: url, isImage: true, part: part, at: place)
    }

    private mutating func write(
        url: JSONNode, isImage: Bool, title: JSONNode? = nil, part: JSONNode, at place: ContentPlace
    ) throws(GatewayFailure) {
        guard let text = document.string(url), text.hasPrefix("https://") || text.hasPrefix("http://") else {
            throw .invalidParams(place.path(), "Anthropic fetches http and https URLs only; send the content as a data URL.")
        }
        beginBlock(isImage ? "image" : "document", source: "url")
        json.key("url")
        json.raw(document.raw(url))
        endBlock(title: isImage ? nil : title, part: part)
    }

    // MARK: Files

    private mutating func write(file part: JSONNode, at place: ContentPlace) throws(GatewayFailure) {
        guard let file = value("file", in: part) else { throw .invalidParams(place.path(".file"), "A file part needs a file.") }
        let title = value("filename", in: file) ?? value("file_name", in: file)
        let mediaType = value("mime_type", in: file).flatMap(document.textBytes)
        noteUnknown(
            in: file, known: ["file_id", "file_url", "file_data", "filename", "file_name", "mime_type"],
            prefix: "messages[].content[].file.")
        noteUnknown(
            in: part, known: ["type", "file", "cache_control", "citations", "context"], prefix: "messages[].content[].")
        if let id = value("file_id", in: file) {
            need(beta: Self.filesBeta)
            beginBlock(mediaType.map(Self.isImage) ?? false ? "image" : "document", source: "file")
            json.key("file_id")
            json.raw(document.raw(id))
            return endBlock(title: title, part: part)
        }
        if let url = value("file_url", in: file) {
            return try write(url: url, isImage: mediaType.map(Self.isImage) ?? false, title: title, part: part, at: place)
        }
        guard let content = value("file_data", in: file).flatMap(document.textBytes) else {
            throw .invalidParams(place.path(".file"), "A file part needs file_data, file_url or file_id.")
        }
        if let data = DataURL(content) {
            return try write(
                data: data.payload, mediaType: data.mediaType, isBase64: data.isBase64, title: title, part: part, at: place)
        }
        // Portkey's form: base64 without its URL, a text as it is.
        let type = mediaType ?? Array("application/pdf".utf8)[...]
        try write(data: content, mediaType: type, isBase64: !Self.isText(type), title: title, part: part, at: place)
    }

    private mutating func write(
        data: ArraySlice<UInt8>, mediaType: ArraySlice<UInt8>, isBase64: Bool, title: JSONNode? = nil, part: JSONNode,
        at place: ContentPlace
    ) throws(GatewayFailure) {
        if Self.isText(mediaType) {
            guard let text = isBase64 ? decodedBase64(data) : Array(data), let valid = String(validating: text, as: UTF8.self)
            else {
                throw .invalidParams(place.path(), "The text document is not base64 of UTF-8.")
            }
            beginBlock("document", source: "text", mediaType: Array("text/plain".utf8)[...])
            json.key("data")
            json.string(valid)
            return endBlock(title: title, part: part)
        }
        let isImage = Self.isImage(mediaType)
        guard isBase64, isImage || mediaType.elementsEqual("application/pdf".utf8) else {
            let name = String(decoding: mediaType, as: UTF8.self)
            throw .invalidParams(place.path(), "Anthropic takes images, PDFs and texts as base64 data URLs, not \(name).")
        }
        beginBlock(isImage ? "image" : "document", source: "base64", mediaType: mediaType)
        json.key("data")
        json.string(utf8: data)
        endBlock(title: isImage ? nil : title, part: part)
    }

    private static func isImage(_ type: ArraySlice<UInt8>) -> Bool { type.starts(with: "image/".utf8) }

    private static func isText(_ type: ArraySlice<UInt8>) -> Bool {
        type.starts(with: "text/".utf8) || type.elementsEqual("application/json".utf8)
    }

    // MARK: Blocks with a source

    private mutating func beginBlock(_ type: StaticString, source: StaticString, mediaType: ArraySlice<UInt8>? = nil) {
        json.beginObject()
        json.key("type")
        json.string(type)
        json.key("source")
        json.beginObject()
        json.key("type")
        json.string(source)
        if let mediaType {
            json.key("media_type")
            json.string(utf8: mediaType)
        }
    }

    private mutating func endBlock(title: JSONNode?, part: JSONNode) {
        json.endObject()
        if let title {
            json.key("title")
            json.raw(document.raw(title))
        }
        copy(["cache_control", "citations", "context"], from: part)
        json.endObject()
    }
}
