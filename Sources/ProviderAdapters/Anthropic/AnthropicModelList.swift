// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// The provider's list of models in OpenAI's form; what that has no place for stays beside it.
enum AnthropicModelList {
    static func unified(_ document: JSONDocument) throws(GatewayFailure) -> UnifiedResponse {
        guard let list = document.find("data", in: document.root), document.kind(list) == .array else {
            throw AnthropicFailure.unreadable("The provider's answer is not a list of models.")
        }
        var json = JSONWriter(reserving: document.bytes.count * 2)
        json.beginObject()
        json.key("object")
        json.string("list")
        json.key("data")
        json.beginArray()
        for model in document.elements(of: list) { write(model, of: document, to: &json) }
        json.endArray()
        copyRest(of: document.root, but: ["object", "data"], of: document, to: &json)
        json.endObject()
        return UnifiedResponse(body: json.bytes)
    }

    private static func write(_ model: JSONNode, of document: JSONDocument, to json: inout JSONWriter) {
        json.beginObject()
        json.key("id")
        json.stringOrEmpty(document.find("id", in: model), in: document)
        json.key("object")
        json.string("model")
        json.key("created")
        json.int(document.find("created_at", in: model).flatMap(document.string).flatMap(secondsSince1970) ?? 0)
        json.key("owned_by")
        json.string("anthropic")
        copyRest(of: model, but: ["id", "object", "created", "owned_by", "type"], of: document, to: &json)
        json.endObject()
    }

    private static func copyRest(
        of object: JSONNode, but keys: Set<String>, of document: JSONDocument, to json: inout JSONWriter
    ) {
        for member in document.members(of: object) {
            guard let key = document.string(member.key), !keys.contains(key) else { continue }
            json.key(raw: document.raw(member.key))
            json.rawLine(document.raw(member.value))
        }
    }
}

/// `2025-11-24T00:00:00Z` in seconds; nil when it is not a date in UTC.
private func secondsSince1970(_ text: String) -> Int? {
    let numbers = text.split { !($0 >= "0" && $0 <= "9") }.prefix(6).map { Int($0) ?? -1 }
    guard numbers.count == 6, text.hasSuffix("Z"), (1970...9999).contains(numbers[0]), (1...12).contains(numbers[1]),
        (1...31).contains(numbers[2]), (0..<24).contains(numbers[3]), (0..<60).contains(numbers[4]), (0...60).contains(numbers[5])
    else { return nil }
    // Counted from March, leap days come last in their year.
    let year = numbers[1] > 2 ? numbers[0] : numbers[0] - 1
    let month = (numbers[1] + 9) % 12
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + numbers[2] - 1 - 719_468
    return ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60 + numbers[5]
}
