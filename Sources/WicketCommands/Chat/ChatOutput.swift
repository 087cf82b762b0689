// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// Prints an answer: its text on standard output, what the gateway says of it on standard error.
struct ChatOutput {
    let console: Console

    func stream(_ stream: WicketStream) async throws {
        var chunks = stream.makeAsyncIterator()
        var model: String?
        var lastText = "\n"
        do {
            var next = try await Spinner.show("waiting for the first words", on: console) { try await chunks.next() }
            while let chunk = next {
                model = chunk["model"].string ?? model
                if console.json {
                    try console.line(chunk)
                } else if let text = chunk["choices"][0]["delta"]["content"].string, !text.isEmpty {
                    try console.foreign(text)
                    lastText = text
                }
                next = try await chunks.next()
            }
        } catch {
            // What is said about the error starts on a line of its own.
            if !lastText.hasSuffix("\n") { try? console.write("\n") }
            throw error
        }
        if console.json { return try console.line(stream.result) }
        if !lastText.hasSuffix("\n") { try console.write("\n") }
        explain(stream.result["gateway"], model: model)
    }

    func whole(_ call: () async throws -> WicketValue) async throws {
        let result = try await Spinner.show("waiting for the answer", on: console, during: call)
        if console.json { return try console.line(result) }
        let response = result["response"]
        let text = response["choices"][0]["message"]["content"].string ?? response.json
        try console.foreign(text.hasSuffix("\n") ? text : text + "\n")
        explain(result["gateway"], model: response["model"].string)
    }

    /// What the caller should know in any case, and a line of figures for a person.
    private func explain(_ gateway: WicketValue, model: String?) {
        let dropped = gateway["dropped_params"].elements.compactMap(\.string)
        if !dropped.isEmpty { console.note("wicket: the provider cannot take \(dropped.joined(separator: ", ")): left out") }
        for warning in gateway["warnings"].elements { console.note("wicket: \(warning.string?.withoutControls ?? "")") }
        guard console.errorIsTerminal, console.outputIsTerminal else { return }
        let usage = gateway["usage"]
        var parts = [gateway["provider"].string, model].compactMap { $0?.withoutControls }
        if let input = usage["input_tokens"].int { parts.append("\(input) tokens in") }
        if let output = usage["output_tokens"].int { parts.append("\(output) out") }
        if let cost = gateway["cost"]["nano_usd"].int {
            parts.append((gateway["cost"]["status"].string == "estimated" ? "about " : "") + callCost(cost))
        }
        if let total = gateway["latency_ms"]["total"].double { parts.append(milliseconds(total)) }
        if !parts.isEmpty { console.note(console.errorStyle.dim(parts.joined(separator: " · "))) }
    }
}
