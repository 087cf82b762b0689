// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes

/// What a provider's answer with an HTTP status outside 200...299 means to the caller. For every dialect.
/// - Parameter now: milliseconds since 1970, for a wait that the provider writes as a point in time.
package func upstreamFailure(head: HTTPHead, body: [UInt8], provider: Provider, now: Int? = nil) -> GatewayFailure {
    let document = try? JSONDocument(body)
    let said = document.map { providerMessage($0, $0.root) ?? "" } ?? plainMessage(body, head)
    var failure = GatewayFailure(
        .upstreamError, message(provider, "answered \(head.status)", said, hint: hint(for: head.status, provider)),
        status: head.status, retryable: isRetryable(head.status),
        providerError: providerError(body[...], isJSON: document != nil))
    if let document, isOutOfCredit(document) {
        // OpenAI's 429 for an empty account: waiting does not help.
        failure.retryable = false
        failure.message = message(provider, "answered \(head.status)", said, hint: hint(for: 402, provider))
    } else if let advice = head.value("x-should-retry") {
        failure.retryable = advice == "true" || (advice != "false" && failure.retryable)
    }
    if failure.retryable { failure.retryAfterMilliseconds = retryAfterMilliseconds(head, now: now) }
    return failure
}

/// An error that the provider reported with status 200: a body without choices, or an event of a stream. The HTTP status is the
/// one that the report names, if it names one.
package func reportedFailure(_ document: JSONDocument, _ root: JSONNode, provider: Provider) -> GatewayFailure {
    let status = reportedStatus(document, root)
    let said = providerMessage(document, root) ?? ""
    return GatewayFailure(
        .upstreamError, message(provider, "reported an error", said, hint: status.map { hint(for: $0, provider) } ?? ""),
        status: status, retryable: isRetryable(status ?? ErrorCode.upstreamError.status),
        providerError: providerError(document.raw(root), isJSON: true))
}

/// An answer that is not what the dialect promises; `what` completes "`groq` …".
package func brokenAnswer(of provider: Provider, _ body: ArraySlice<UInt8>, _ what: String) -> GatewayFailure {
    let isJSON = (try? JSONDocument(Array(body))) != nil
    return GatewayFailure(
        .upstreamError, message(provider, what, "", hint: "Try again; check the base URL of the virtual key if it stays."),
        retryable: true, providerError: providerError(body, isJSON: isJSON))
}

/// The answer itself says that something went wrong: a member `error` that is neither null nor empty.
package func hasError(_ document: JSONDocument, _ root: JSONNode) -> Bool {
    guard let error = document.find("error", in: root) else { return false }
    switch document.kind(error) {
    case .object: return true
    case .string: return document.range(error).count > 2
    default: return false
    }
}

/// Whether the same request may succeed later. 409 is a lock that timed out; both OpenAI's and Anthropic's own clients send it
/// again.
package func isRetryable(_ status: Int) -> Bool {
    switch status {
    case 408, 409, 429, 500...: true
    default: false
    }
}

private func message(_ provider: Provider, _ what: String, _ said: String, hint: String) -> String {
    var text = "`\(provider.id)` \(what)"
    if !said.isEmpty { text += ": \(said)" }
    if let last = text.last, !".!?".contains(last) { text += "." }
    return hint.isEmpty ? text : "\(text) \(hint)"
}

/// What the caller can do about it.
private func hint(for status: Int, _ provider: Provider) -> String {
    switch status {
    // It knows which models there are, and says it itself.
    case 404 where provider.dialect == .local: ""
    case 401, 403: "Check the virtual key: its secret, and what it may use."
    case 402: "Check the credit and the billing of the account at \(provider.id)."
    case 404: "Check the model's name, and that the account has access to it."
    case 408, 409, 500...: "Try again, or name another provider as a fallback."
    case 413: "Send less: the request is too large for the provider."
    case 429: "Send less at a time, wait, or name another provider as a fallback."
    default: ""
    }
}

/// The body as the caller gets it: one JSON value on one line, an empty string where there was none.
private func providerError(_ body: ArraySlice<UInt8>, isJSON: Bool) -> [UInt8] {
    if isJSON {
        var bytes = Array(body)
        replaceLineBreaks(in: &bytes)
        return bytes
    }
    var text = JSONWriter(reserving: body.count + 2)
    text.string(String(decoding: body, as: UTF8.self))
    return text.bytes
}
