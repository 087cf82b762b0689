// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What the cache would do for a request that is not made, and why. On the use socket for the caller's own scope.
package enum CacheExplain: RPCMethod {
    package static let name = "cache.explain"
    package static let group = RPCGroup.cache
    package static let socket = RPCSocket.both
    package static let summary = "Tells what the cache would answer a question with, and why or why not."

    package struct Params: Sendable, Equatable {
        /// A question, as the only message of a chat; this or `request`.
        package var text: String?
        /// Of the question.
        package var model: String?
        /// Raw JSON: a body of `chat.completions.create`.
        package var request: [UInt8]?
        /// Raw JSON: a config's name, or a config.
        package var config: [UInt8]?
        /// Raw JSON: as those of an inference method.
        package var options: [UInt8]?

        package init() {}

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["text", "model", "request", "config", "options"])
            text = try reader.string("text")
            model = try reader.string("model")
            request = try reader.raw("request", .object)
            options = try reader.raw("options", .object)
            config = reader.node("config").map { Array(document.raw($0)) }
            if text == nil, request == nil { throw reader.missing("text", "a question, or give a whole `request`") }
            if request != nil, text != nil || model != nil {
                throw reader.wrong(text == nil ? "model" : "text", "left out beside `request`, which has its own")
            }
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            if let text { json.key("text"); json.string(text) }
            if let model { json.key("model"); json.string(model) }
            if let request { json.key("request"); json.raw(request) }
            if let config { json.key("config"); json.raw(config) }
            if let options { json.key("options"); json.raw(options) }
            json.endObject()
        }

        /// The body that is asked about.
        package func body() -> [UInt8] {
            if let request { return request }
            var json = JSONWriter()
            json.beginObject()
            if let model { json.key("model"); json.string(model) }
            json.key("messages")
            json.beginArray()
            json.beginObject()
            json.key("role"); json.string("user")
            json.key("content"); json.string(text ?? "")
            json.endObject()
            json.endArray()
            json.endObject()
            return json.bytes
        }
    }
}
