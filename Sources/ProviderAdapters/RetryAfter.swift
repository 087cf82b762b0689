// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// How long the provider asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds, else, for status 429,
/// OpenAI's `x-ratelimit-reset-*`. The date form of `retry-after` needs a clock and is not read here.
package func retryAfterMilliseconds(_ head: HTTPHead) -> Int? {
    if let value = head.value("retry-after-ms"), let milliseconds = milliseconds(value, unit: 1) { return milliseconds }
    if let value = head.value("retry-after"), let milliseconds = milliseconds(value, unit: 1000) { return milliseconds }
    return head.status == 429 ? resetMilliseconds(head) : nil
}

/// The reset of the limit of which nothing is left; where none says so, the nearer one, since waiting too short costs one more
/// refusal and waiting too long costs the caller.
private func resetMilliseconds(_ head: HTTPHead) -> Int? {
    var exhausted: [Int] = []
    var all: [Int] = []
    for limit in ["requests", "tokens"] {
        guard let reset = head.value("x-ratelimit-reset-\(limit)").flatMap(spelledMilliseconds) else { continue }
        all.append(reset)
        if head.value("x-ratelimit-remaining-\(limit)") == "0" { exhausted.append(reset) }
    }
    return exhausted.max() ?? all.min()
}

/// `1s`, `6m0s`, `250ms`, `2m59.56s`, `1h0m0s`.
func spelledMilliseconds(_ text: String) -> Int? {
    var rest = Substring(text)
    if rest.isEmpty { return nil }
    var total = 0
    while !rest.isEmpty {
        let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        rest = rest.dropFirst(number.count)
        let unit = rest.prefix { $0.isLetter }
        rest = rest.dropFirst(unit.count)
        let scale: Double? = switch unit {
        case "ms": 1
        case "s": 1000
        case "m": 60_000
        case "h": 3_600_000
        case "d": 86_400_000
        default: nil
        }
        guard let scale, let part = milliseconds(number, unit: scale) else { return nil }
        total += part
    }
    return min(total, longestWait)
}

/// A week; a provider that asks for more is taken to ask for this.
private let longestWait = 7 * 86_400_000

/// A plain decimal number of `unit` milliseconds, rounded up.
private func milliseconds(_ number: some StringProtocol, unit: Double) -> Int? {
    let isPlain = number.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
    guard isPlain, let value = Double(String(number)), value.isFinite else { return nil }
    return Int(min((value * unit).rounded(.up), Double(longestWait)))
}
