// SPDX-License-Identifier: Apache-2.0
import GatewayModel
package import JSONBytes

extension CacheKey {
    /// The members at the top of a request that say nothing of the answer. All others separate, those that nobody knows too.
    ///
    /// `stream` and `stream_options`: an answer is kept whole and given either way. `user`, `safety_identifier` and `metadata`
    /// name the caller to the provider: who is to have answers of his own has a scope, a namespace or `vary`. `prompt_cache_key`
    /// picks the provider's own cache. What costs, is kept or is answered differently stays, `service_tier` and `store` among it.
    static let leftOut: [StaticString] = [
        "stream", "stream_options", "user", "metadata", "safety_identifier", "prompt_cache_key",
    ]

    /// The key of a request: of all that its answer may depend on.
    /// - Parameters:
    ///   - request: as the provider is to be asked. Its `model` is not looked at, unless there are several:
    ///     `context.model` counts.
    ///   - context: all of it counts.
    package static func exact(document: JSONDocument, request: JSONNode, context: CacheContext) -> CacheKey {
        digest("exact", document, request, context, hole: nil)
    }

    /// - Parameter hole: the value whose place alone counts.
    static func digest(
        _ purpose: String, _ document: JSONDocument, _ request: JSONNode, _ context: CacheContext, hole: JSONNode?
    ) -> CacheKey {
        let hasOneModel = document.hasOneMember("model", in: request)
        return KeyDigest.make { digest in
            digest.field(purpose)
            context.write(to: &digest)
            var form = CanonicalForm(document, hole: hole)
            form.writeRequest(request, to: &digest) { name in
                if hasOneModel, name.isText("model") { return true }
                return leftOut.contains { name.isText($0) }
            }
        }
    }
}

extension JSONDocument {
    fileprivate func hasOneMember(_ name: StaticString, in node: JSONNode) -> Bool {
        var count = 0
        for member in members(of: node) where isString(member.key, name) { count += 1 }
        return count == 1
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether a JSON string with these inner bytes has this text.
    fileprivate func isText(_ text: StaticString) -> Bool {
        let other = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        if count < other.count { return false }
        if count == other.count { return elementsEqual(other) }
        return hasEscapes && KeyText(self).elementsEqual(other)
    }
}

extension CacheContext {
    fileprivate func write(to digest: inout KeyDigest) {
        digest.field(scope)
        digest.field(namespace)
        digest.field(operation.rawValue)
        digest.field(provider)
        digest.field(base)
        digest.field(query)
        digest.field(model)
        digest.append(strictOpenAICompliance ? 1 : 0)
        digest.word(UInt64(headers.count))
        for header in orderedHeaders {
            digest.field(header.name)
            digest.field(header.value)
        }
        digest.word(UInt64(vary.count))
        for (name, value) in vary {
            digest.field(name)
            digest.append(value == nil ? 0 : 1)
            value?.withUnsafeBufferPointer { digest.field($0) }
        }
    }

    /// Names in lower case and in order, fields of the same name in theirs.
    private var orderedHeaders: [HTTPField] {
        if headers.isEmpty { return [] }
        let named = headers.enumerated().map { (place: $0, field: HTTPField($1.name.lowercased(), $1.value)) }
        return named.sorted { ($0.field.name, $0.place) < ($1.field.name, $1.place) }.map(\.field)
    }
}
