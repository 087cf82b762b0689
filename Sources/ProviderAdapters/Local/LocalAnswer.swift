// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import JSONBytes

/// What the shell does, in this order, to answer a request to the built-in provider.
package struct LocalAnswer: Sendable {
    package enum Step: Sendable {
        case head(HTTPHead)
        case bytes([UInt8])
        case wait(milliseconds: Int)
        /// The connection breaks; nothing follows.
        case reset
        case end
    }
    package var steps: [Step]
}

/// Answers a request to the provider `local`, which needs no key and no network: it says what it was asked. The same request gets
/// the same answer, always. For `/chat/completions` in OpenAI's form, for `/messages` in Anthropic's, streamed where `stream` is
/// true.
///
/// The model's name can ask for trouble: see `LocalModel`.
/// - Parameter createdSeconds: `created` of the answer, in seconds since 1970.
package func localAnswer(to body: ArraySlice<UInt8>, path: String, createdSeconds: Int) -> LocalAnswer {
    if path == "/models" { return LocalAnswer(steps: whole(localModels(createdSeconds: createdSeconds))) }
    do throws(JSONError) {
        return localAnswer(to: try JSONDocument(Array(body)), path: path, createdSeconds: createdSeconds)
    } catch {
        return refused(LocalRefusal(400, "The body is not JSON: \(error)."), LocalForm(path: path) ?? .chat)
    }
}

/// The same for a body that was parsed already.
package func localAnswer(to document: JSONDocument, path: String, createdSeconds: Int) -> LocalAnswer {
    guard let form = LocalForm(path: path) else {
        return refused(LocalRefusal(404, "`local` has no \(path): use /chat/completions or /messages."), .chat)
    }
    do throws(LocalRefusal) {
        let request = try LocalRequest(document, form: form)
        if case .status(let status) = request.model {
            throw LocalRefusal(status, "`\(request.model.name)` was asked to fail with status \(status).")
        }
        let reply = LocalReply(to: request, document: document, createdSeconds: createdSeconds)
        if request.isStream { return LocalAnswer(steps: stream(form.events(of: reply), from: request.model)) }
        return LocalAnswer(steps: whole(form.whole(reply), from: request.model))
    } catch {
        return refused(error, form)
    }
}

func refused(_ refusal: LocalRefusal, _ form: LocalForm) -> LocalAnswer {
    let fields = refusal.status == 429 ? [HTTPField("retry-after", "1")] : []
    return LocalAnswer(steps: whole(form.error(refusal), status: refusal.status, fields: fields))
}

func whole(_ body: [UInt8], status: Int = 200, fields: [HTTPField] = []) -> [LocalAnswer.Step] {
    let head = HTTPHead(status: status, fields: [HTTPField("content-type", "application/json")] + fields)
    return [.head(head), .bytes(body), .end]
}

private func whole(_ body: [UInt8], from model: LocalModel) -> [LocalAnswer.Step] {
    switch model {
    case .reset: [.reset]
    case .slow(let milliseconds): [.wait(milliseconds: milliseconds)] + whole(body)
    case .echo, .status: whole(body)
    }
}

/// Each event in a piece of bytes of its own.
private func stream(_ events: [[UInt8]], from model: LocalModel) -> [LocalAnswer.Step] {
    let head = LocalAnswer.Step.head(HTTPHead(status: 200, fields: [HTTPField("content-type", "text/event-stream")]))
    switch model {
    case .reset: return [head] + events.prefix(2).map { .bytes($0) } + [.reset]
    case .slow(let milliseconds):
        let pieces = events.flatMap { [LocalAnswer.Step.wait(milliseconds: milliseconds / 10), .bytes($0)] }
        return [.wait(milliseconds: milliseconds), head] + pieces.dropFirst() + [.end]
    case .echo, .status: return [head] + events.map { .bytes($0) } + [.end]
    }
}
