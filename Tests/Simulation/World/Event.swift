// SPDX-License-Identifier: Apache-2.0

/// What an observer from outside sees of a run: the callers' side, and the providers' side. Values; text is made of them only
/// when a run has failed. Calls, tries, targets and leaves are numbers.
enum Event: Equatable {
    case callBegan(call: Int, engine: Int, config: Int, tier: Int)
    /// The caller cancelled it or hung up.
    case callCancelled(call: Int)
    case callEnded(call: Int, CallOutcome)
    /// A provider was asked.
    case tryBegan(try: Int, call: Int, target: Int, leaf: Int)
    /// The gateway has read the answer's head, which asks to wait so many milliseconds.
    case tryAnswered(try: Int, status: Int, wait: Int?)
    /// The gateway has learned that it is over, or has ended it.
    case tryEnded(try: Int, TryOutcome)
    /// The gateway has read what a provider says it used.
    case served(try: Int, input: Int, output: Int)
    /// A piece of a stream reached the caller.
    case chunk(call: Int, try: Int, number: Int)
    case row(call: Int, JournalRow)
    case outage(provider: Int, isOn: Bool)
    case healed
}

enum CallOutcome: Equatable {
    /// A whole answer, and whose.
    case response(try: Int)
    case streamed
    case failed(code: Int, status: Int)
}

enum TryOutcome: UInt64, Equatable {
    /// The whole body was read.
    case complete
    /// Read to its end, and no answer: broken JSON, or an error inside a stream.
    case spoiled
    /// Refused, reset or cut short.
    case broken
    case timedOut
    /// The gateway took it off.
    case cancelled
}

struct JournalRow: Equatable {
    var input: Int
    var output: Int
    /// At one nano-dollar a token, in and out; nil where nobody knows.
    var cost: Int? = 0
    /// Whether providers said all that was used.
    var isExact = true
    var attempts: Int
    var chunks: Int
    var status: Int
}

struct TimedEvent: CustomStringConvertible {
    var at: UInt64
    var event: Event

    var description: String {
        let micros = at / 1000
        let fraction = String(micros % 1_000_000)
        return "\(micros / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction) s  \(event)"
    }
}

extension Event {
    /// Its content as numbers, for the run's hash.
    var words: (UInt64, UInt64, UInt64) {
        func pack(_ kind: UInt64, _ a: Int, _ b: Int = 0, _ c: Int = 0, _ d: Int = 0) -> (UInt64, UInt64, UInt64) {
            (
                kind << 56 ^ UInt64(truncatingIfNeeded: a),
                UInt64(truncatingIfNeeded: b) << 32 ^ UInt64(truncatingIfNeeded: c), UInt64(truncatingIfNeeded: d)
            )
        }
        return switch self {
        case .callBegan(let call, let engine, let config, let tier): pack(1, call, engine, config, tier)
        case .callCancelled(let call): pack(2, call)
        case .callEnded(let call, .response(let attempt)): pack(3, call, attempt)
        case .callEnded(let call, .streamed): pack(4, call)
        case .callEnded(let call, .failed(let code, let status)): pack(5, call, code, status)
        case .tryBegan(let attempt, let call, let target, let leaf): pack(6, attempt, call, target, leaf)
        case .tryAnswered(let attempt, let status, let wait): pack(7, attempt, status, wait ?? -1)
        case .tryEnded(let attempt, let outcome): pack(8, attempt, Int(outcome.rawValue))
        case .served(let attempt, let input, let output): pack(9, attempt, input, output)
        case .chunk(let call, let attempt, let number): pack(10, call, attempt, number)
        case .row(let call, let row):
            pack(
                11, call, row.input, row.output,
                row.attempts << 40 ^ row.chunks << 16 ^ row.status ^ (row.isExact ? 1 << 60 : 0))
        case .outage(let provider, let isOn): pack(12, provider, isOn ? 1 : 0)
        case .healed: pack(13, 0)
        }
    }
}
