// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import SimulationKit
import TestSupport

/// What a provider does with one request, step by step.
enum ScriptStep {
    case wait(UInt64)
    case head(HTTPHead)
    /// Part of the body, with what it says of usage.
    case bytes([UInt8], input: Int = 0, output: Int = 0)
    /// An event of a stream that says that it has failed.
    case error([UInt8])
    /// The body is over, and what it is worth; only with its end does a whole answer say what was used.
    case end(TryOutcome = .complete, input: Int = 0, output: Int = 0)
    case reset
    /// Nothing comes any more.
    case hang
}

/// When the provider wants to be asked again.
enum AskedWait {
    case milliseconds(Int)
    /// At a second of the simulated clock.
    case until(Int)
}

/// Writes the answers of a provider that speaks OpenAI's dialect.
struct ScriptWriter {
    let attempt: Int
    let stream: Bool
    /// Seconds since the simulation began, for dates.
    let second: Int
    let faults: FaultMix
    private var random: SeededRandom
    private var steps: [ScriptStep] = []
    private(set) var asked: AskedWait?

    init(attempt: Int, stream: Bool, second: Int, faults: FaultMix, random: SeededRandom) {
        self.attempt = attempt
        self.stream = stream
        self.second = second
        self.faults = faults
        self.random = random
    }

    /// - Parameter isDown: the provider's outage, and which kind (0: refused, 1: hangs, 2: 503).
    mutating func script(outage: Int?, latency: ClosedRange<Int>) -> [ScriptStep] {
        switch outage {
        case 0: return [wait(1...2000), .reset]
        case 1: return [.hang]
        case .some: return failure(503, [])
        case nil: break
        }
        steps = [wait(strikes(.slow) ? latency.upperBound...(40 * latency.upperBound) : latency)]
        if strikes(.hang) { return [.hang] }
        if strikes(.resetBeforeHead) { return steps + [.reset] }
        if strikes(.serverError) { return failure(random.pick([500, 502, 503, 504, 529, 520]), []) }
        if strikes(.clientError) { return failure(random.pick([400, 404, 409, 422, 408]), []) }
        if strikes(.keyRefused) { return failure(random.pick([401, 403]), []) }
        if strikes(.rateLimit) { return failure(429, retryAfter()) }
        if stream, !strikes(.plainBodyForStream) { return streamed() }
        return whole()
    }

    private mutating func strikes(_ fault: Fault) -> Bool { faults.strikes(fault, &random) }
    /// Microseconds, drawn to the nanosecond.
    private mutating func wait(_ range: ClosedRange<Int>) -> ScriptStep {
        .wait(UInt64(random.int(range.lowerBound * 1000...range.upperBound * 1000)))
    }

    private mutating func failure(_ status: Int, _ fields: [HTTPField]) -> [ScriptStep] {
        let body = #"{"error":{"message":"simulated","type":"simulated_error"}}"#
        let json = HTTPField("content-type", "application/json")
        var result = steps
        if result.isEmpty { result = [wait(100...5000)] }
        return result + [.head(HTTPHead(status: status, fields: [json] + fields)), .bytes(Array(body.utf8)), .end()]
    }

    /// In every shape that providers use, and in some that they should not.
    private mutating func retryAfter() -> [HTTPField] {
        let seconds = random.int(0...20)
        switch random.int(0...7) {
        case 0: return []
        case 1:
            asked = .milliseconds(seconds * 1000)
            return [HTTPField("retry-after", "\(seconds)")]
        case 2:
            asked = .milliseconds(seconds * 97)
            return [HTTPField("retry-after-ms", "\(seconds * 97)")]
        case 3:
            asked = .until(second + seconds)
            return [HTTPField("retry-after", date(second + seconds))]
        case 4:
            asked = .milliseconds(seconds * 1000)
            return [HTTPField("x-ratelimit-reset-requests", "\(seconds)s"), HTTPField("x-ratelimit-remaining-requests", "0")]
        case 5:
            asked = .milliseconds((60 + seconds) * 1000)
            return [HTTPField("x-ratelimit-reset-tokens", "1m\(seconds)s"), HTTPField("x-ratelimit-remaining-tokens", "0")]
        case 6:
            asked = .milliseconds(86_400_000)
            return [HTTPField("retry-after", "99999999999999999999")]
        default: return [HTTPField("retry-after", "soon")]
        }
    }

    // MARK: Success

    private mutating func usage() -> (input: Int, output: Int) { (random.int(1...5000), random.int(1...900)) }

    private mutating func whole() -> [ScriptStep] {
        let (input, output) = usage()
        let counts = #""usage":{"prompt_tokens":\#(input),"completion_tokens":\#(output)}"#
        let hasUsage = !strikes(.noUsage)
        let text =
            #"{"id":"x\#(attempt)","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","#
            + #""content":"hello"},"finish_reason":"stop"}]\#(hasUsage ? "," + counts : "")}"#
        let body = Array(text.utf8)
        steps.append(.head(HTTPHead(status: 200, fields: [HTTPField("content-type", "application/json")])))
        if strikes(.resetAfterHead) { return steps + [.bytes(Array(body.prefix(20))), wait(1...5000), .reset] }
        if strikes(.brokenBody) { return steps + [.bytes(Array(body.dropLast(2))), .end(.spoiled)] }
        if strikes(.stall) { return steps + [.bytes(Array(body.prefix(20))), .hang] }
        // A plain body counts for nothing where a stream was decoded; whoever asked for a stream gets it as a whole answer.
        return steps + [.bytes(body), wait(0...2000), hasUsage ? .end(input: input, output: output) : .end()]
    }

    private mutating func streamed() -> [ScriptStep] {
        steps.append(.head(HTTPHead(status: 200, fields: [HTTPField("content-type", "text/event-stream")])))
        if strikes(.slowFirstChunk) { steps.append(wait(500_000...20_000_000)) }
        if strikes(.cutBeforeFirstChunk) { return steps + [random.fires(0.5) ? .reset : .end(.broken)] }
        let count = random.int(1...12)
        let cut = strikes(.cutAfterChunks) ? random.int(0...count - 1) : count
        let gap = random.int(1...200_000)
        for number in 0..<cut {
            append(event: #""choices":[{"index":0,"delta":{"content":"\#(number)"}}]"#)
            steps.append(wait(0...gap))
        }
        if cut < count { return steps + [random.fires(0.5) ? .reset : .end(.broken)] }
        if strikes(.errorEvent) {
            steps.append(.error(Array("data: {\"error\":{\"message\":\"simulated\",\"type\":\"overloaded\"}}\n\n".utf8)))
            return steps + [.end(.spoiled)]
        }
        if strikes(.stall) { return steps + [.hang] }
        let (input, output) = usage()
        let counts = strikes(.noUsage) ? nil : (input, output)
        append(
            event: #""choices":[{"index":0,"delta":{"content":"\#(count)"},"finish_reason":"stop"}]"#
                + (counts.map { #","usage":{"prompt_tokens":\#($0.0),"completion_tokens":\#($0.1)}"# } ?? ""),
            input: counts?.0 ?? 0, output: counts?.1 ?? 0)
        return steps + [.bytes(Array("data: [DONE]\n\n".utf8)), .end()]
    }

    private mutating func append(event rest: String, input: Int = 0, output: Int = 0) {
        let bytes = Array("data: {\"id\":\"x\(attempt)\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\(rest)}\n\n".utf8)
        if random.fires(0.1) {
            let middle = random.int(1...bytes.count - 1)
            steps += [.bytes(Array(bytes[..<middle])), wait(0...1000)]
            steps.append(.bytes(Array(bytes[middle...]), input: input, output: output))
        } else {
            steps.append(.bytes(bytes, input: input, output: output))
        }
    }
}

/// An HTTP date so many seconds after the simulated clock's start, in its first week.
private func date(_ second: Int) -> String {
    let days = ["Thu, 01", "Fri, 02", "Sat, 03", "Sun, 04", "Mon, 05", "Tue, 06", "Wed, 07"]
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = days[min(second / 86_400, 6)]
    return "\(day) Jan 2026 \(two(second / 3600 % 24)):\(two(second / 60 % 60)):\(two(second % 60)) GMT"
}
