// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// Prints an answer: its text on standard output, what the gateway says of it on standard error.
struct ChatOutput {
    let console: Console

    func stream(_ stream: WicketStream) async throws {
        var spinner: Spinner? = Spinner("waiting for the first words", on: console)
        var model: String?
        var lastText = "\n"
        do {
            for try await chunk in stream {
                if console.json {
                    try console.line(chunk)
                    continue
                }
                model = chunk["model"].string ?? model
                guard let text = chunk["choices"][0]["delta"]["content"].string, !text.isEmpty else { continue }
                await spinner?.stop()
                spinner = nil
                try console.foreign(text)
                lastText = text
            }
        } catch {
            await spinner?.stop()
            // What is said about the error starts on a line of its own.
            if !console.json, !lastText.hasSuffix("\n") { try? console.write("\n") }
            throw error
        }
        await spinner?.stop()
        if console.json { return try console.line(stream.result) }
        if !lastText.hasSuffix("\n") { try console.write("\n") }
        explain(stream.result["gateway"], model: model)
    }

    func whole(_ call: () async throws -> WicketValue) async throws {
        let spinner = Spinner("waiting for the answer", on: console)
        let result: WicketValue
        do { result = try await call() } catch {
            await spinner.stop()
            throw error
        }
        await spinner.stop()
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
        if let total = gateway["latency_ms"]["total"].double { parts.append(milliseconds(total)) }
        if !parts.isEmpty { console.note(console.errorStyle.dim(parts.joined(separator: " · "))) }
    }
}
