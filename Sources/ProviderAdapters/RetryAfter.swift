// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// How long the provider asks to wait, in milliseconds: `retry-after-ms`, else `x-ms-retry-after-ms`, else `retry-after`, else,
/// for status 429, the field that says when a limit is reset.
/// - Parameter now: milliseconds since 1970, for what is written as a point in time; one that is past means 0. Without it the
///   answer's own `date` is taken, and without that such values are not read.
package func retryAfterMilliseconds(_ head: HTTPHead, now: Int? = nil) -> Int? {
    for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
        if let value = head.value(name).flatMap(decimal) { return wait(value) }
    }
    let clock = now ?? sentAt(head)
    if let text = head.value("retry-after") {
        // A number is seconds, however large.
        if let seconds = decimal(text) { return wait(seconds * 1000) }
        if let wait = spelledMilliseconds(text) ?? milliseconds(until: text, clock) { return wait }
    }
    return head.status == 429 ? resetMilliseconds(head, clock) : nil
}

/// The reset of the limit of which nothing is left; where none says so, the nearest one, since waiting too short costs one more
/// refusal and waiting too long costs the caller.
private func resetMilliseconds(_ head: HTTPHead, _ clock: Int?) -> Int? {
    var longestExhausted: Int?
    var nearest: Int?
    for field in head.fields {
        guard let remaining = remainingName(ofReset: field.name), let wait = resetMilliseconds(field.value, clock) else {
            continue
        }
        nearest = min(nearest ?? wait, wait)
        guard let left = head.value(remaining).flatMap(decimal), left == 0 else { continue }
        longestExhausted = max(longestExhausted ?? wait, wait)
    }
    return longestExhausted ?? nearest
}

/// The field that says what is left of the limit of which this one says the reset: `x-ratelimit-remaining-tokens` for
/// `x-ratelimit-reset-tokens`, `anthropic-ratelimit-tokens-remaining` for `anthropic-ratelimit-tokens-reset`. Nil for other
/// fields.
private func remainingName(ofReset name: String) -> String? {
    var parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard let reset = parts.firstIndex(of: "reset"), name.utf8.count <= longestText,
        parts[..<reset].contains(where: { $0.hasPrefix("ratelimit") }) || parts[..<reset].starts(with: ["x", "rate", "limit"])
    else { return nil }
    parts[reset] = "remaining"
    return parts.joined(separator: "-")
}

/// OpenAI spells a duration, Azure writes seconds, Anthropic a time, others seconds or milliseconds since 1970.
private func resetMilliseconds(_ text: String, _ clock: Int?) -> Int? {
    guard let value = decimal(text) else { return spelledMilliseconds(text) ?? milliseconds(until: text, clock) }
    // Seconds from now up to 31 years, or since 1970 from 2001 on, or milliseconds since 1970 from 1973 on.
    guard value >= 1e9 else { return wait(value * 1000) }
    guard let clock, value < 1e14 else { return nil }
    return wait((value < 1e11 ? value * 1000 : value) - Double(clock))
}

/// Until a point in time, as RFC 3339 or HTTP writes it.
private func milliseconds(until text: String, _ clock: Int?) -> Int? {
    guard let clock, text.utf8.count <= longestText else { return nil }
    let now = Timestamp(milliseconds: clock)
    guard let then = Timestamp(rfc3339: text) ?? Timestamp(httpDate: text, now: now) else { return nil }
    return wait(Double(then.milliseconds) - Double(clock))
}

/// When the answer was sent, by the provider's own clock.
private func sentAt(_ head: HTTPHead) -> Int? {
    guard let text = head.value("date"), text.utf8.count <= longestText else { return nil }
    // Two digits of a year mean one near 2000 here, and nobody writes them any more.
    return Timestamp(httpDate: text, now: Timestamp(milliseconds: 946_684_800_000))?.milliseconds
}

/// `1s`, `6m0s`, `250ms`, `2m59.56s`, `1h0m0s`, `90µs`.
func spelledMilliseconds(_ text: String) -> Int? {
    guard text.utf8.count <= longestText, !text.isEmpty else { return nil }
    var rest = Substring(text)
    var total = 0.0
    while !rest.isEmpty {
        let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        rest = rest.dropFirst(number.count)
        let unit = rest.prefix { $0.isLetter }
        rest = rest.dropFirst(unit.count)
        let scale: Double? = switch unit {
        case "ns": 1e-6
        case "us", "µs", "μs": 1e-3
        case "ms": 1
        case "s": 1000
        case "m": 60_000
        case "h": 3_600_000
        case "d": 86_400_000
        default: nil
        }
        guard let scale, let part = decimal(number) else { return nil }
        total += part * scale
    }
    return wait(total)
}

/// A week; a provider that asks for more is taken to ask for this.
private let longestWait = 7 * 86_400_000.0

/// Nothing that is read here is longer.
private let longestText = 64

/// Rounded up, and brought to what may be waited.
private func wait(_ milliseconds: Double) -> Int {
    Int(min(max(milliseconds, 0), longestWait).rounded(.up))
}

/// A plain decimal number: no sign, no exponent.
private func decimal(_ number: some StringProtocol) -> Double? {
    guard number.utf8.count <= longestText else { return nil }
    let isPlain = number.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
    return isPlain ? Double(String(number)) : nil
}
