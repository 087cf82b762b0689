// SPDX-License-Identifier: Apache-2.0

/// `0.8 ms`, `812 ms`, `12.3 s`: three figures, as many as a person compares.
func milliseconds(_ value: Double) -> String {
    guard value.isFinite, value >= 0, value < 1e12 else { return "-" }
    if value < 10 { return "\(tenths(value)) ms" }
    return value < 1000 ? "\(Int(value.rounded())) ms" : "\(tenths(value / 1000)) s"
}

/// `45 s`, `3 min 12 s`, `5 h 4 min`, `12 d 3 h`: the two largest units.
func duration(seconds: Int) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")]
    guard let first = units.firstIndex(where: { seconds >= $0.0 }) else { return "0 s" }
    let whole = "\(seconds / units[first].0) \(units[first].1)"
    guard first + 1 < units.count, case let rest = seconds % units[first].0 / units[first + 1].0, rest > 0 else { return whole }
    return "\(whole) \(rest) \(units[first + 1].1)"
}

private func tenths(_ value: Double) -> String {
    let rounded = Int((value * 10).rounded())
    return "\(rounded / 10).\(rounded % 10)"
}

/// An RFC 3339 time in UTC without its T, fraction and Z: `2026-03-01 09:00:00`.
func shortTime(_ text: String?) -> String {
    guard let text, text.utf8.count >= 19, text.utf8.allSatisfy({ $0 < 0x80 }) else { return text ?? "" }
    return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
}
