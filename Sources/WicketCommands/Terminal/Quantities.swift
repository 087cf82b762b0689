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

/// `812 B`, `4.2 KiB`, `1.0 GiB`.
func byteCount(_ bytes: Int) -> String {
    var (value, units) = (Double(bytes), ["B", "KiB", "MiB", "GiB", "TiB"][...])
    while value >= 1024, units.count > 1 {
        value /= 1024
        units.removeFirst()
    }
    let unit = units.first ?? ""
    return unit == "B" ? "\(bytes) B" : "\(tenths(value)) \(unit)"
}

/// A fraction: `0.25 %`, `12 %`.
func percent(_ fraction: Double) -> String {
    let value = fraction * 100
    guard value.isFinite, abs(value) < 1e6 else { return "-" }
    return value < 10 && value != value.rounded() ? "\(hundredths(value)) %" : "\(Int(value.rounded())) %"
}

/// `0.93`, `-0.05`.
func hundredths(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "-" }
    let rounded = Int((abs(value) * 100).rounded())
    let rest = rounded % 100
    return "\(value < 0 && rounded > 0 ? "-" : "")\(rounded / 100).\(rest < 10 ? "0" : "")\(rest)"
}

/// Billionths of a dollar: `$2.74`, `$0.0031`.
func dollars(_ nano: Int) -> String {
    if nano >= 1_000_000_000 { return "$" + hundredths(Double(nano) / 1e9) }
    let digits = String(nano / 100_000 % 10_000)
    return "$0." + String(repeating: "0", count: 4 - digits.count) + digits
}

/// What one call cost, in billionths of a dollar: `$2.74`, `$0.00246`, `$0.0000405`, three figures that count; `$0` for nothing.
func callCost(_ nano: Int) -> String {
    if nano >= 1_000_000_000 { return dollars(nano) }
    if nano <= 0 { return "$0" }
    let digits = String(repeating: "0", count: 9 - String(nano).utf8.count) + String(nano)
    let zeros = digits.prefix { $0 == "0" }.utf8.count
    var shown = digits.prefix(zeros + 3)
    while shown.hasSuffix("0") { shown.removeLast() }
    return "$0." + shown
}

/// `2.5`, `0.075`, `15`: at most six decimals, and none that says nothing.
func decimal(_ value: Double) -> String {
    guard value.isFinite, value >= 0, value < 1e12 else { return "-" }
    let (whole, rest) = Int((value * 1e6).rounded()).quotientAndRemainder(dividingBy: 1_000_000)
    if rest == 0 { return String(whole) }
    var decimals = String(rest + 1_000_000).dropFirst()
    while decimals.hasSuffix("0") { decimals.removeLast() }
    return "\(whole).\(decimals)"
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
