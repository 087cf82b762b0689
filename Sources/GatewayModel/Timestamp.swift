// SPDX-License-Identifier: Apache-2.0

/// An instant in UTC to the millisecond, written as RFC 3339 has it: `2026-11-24T23:20:00.123Z`.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
    package var milliseconds: Int

    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: CustomStringConvertible {
    private static let earliest = -62_167_219_200_000
    private static let latest = 253_402_300_799_999

    /// RFC 3339 in UTC with three decimals. What lies outside of the years 0000 to 9999 is brought to their bounds.
    package var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(24)
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the description's bytes; RFC 3339 allows a space for the `T`, and people read it more easily.
    package func append(to text: inout [UInt8], separator: Unicode.Scalar = "T") {
        let (days, time) = floorDivide(min(max(milliseconds, Self.earliest), Self.latest), by: 86_400_000)
        let date = civilDate(daysSince1970: days)
        appendDigits(date.year, 4, to: &text)
        text.append(UInt8(ascii: "-"))
        appendDigits(date.month, 2, to: &text)
        text.append(UInt8(ascii: "-"))
        appendDigits(date.day, 2, to: &text)
        text.append(UInt8(ascii: separator))
        appendDigits(time / 3_600_000, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        appendDigits(time / 60_000 % 60, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        appendDigits(time / 1000 % 60, 2, to: &text)
        text.append(UInt8(ascii: "."))
        appendDigits(time % 1000, 3, to: &text)
        text.append(UInt8(ascii: "Z"))
    }
}

extension Timestamp {
    /// Reads RFC 3339's `date-time`: any offset, any number of decimals (those past the millisecond are cut), a leap second as
    /// the second after it. Nil for all else, also for days that the calendar has not.
    package init?(rfc3339 text: some StringProtocol) {
        var scanner = DigitScanner(Array(text.utf8))
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2), scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2), scanner.skip(":"),
            let second = scanner.digits(2), let fraction = scanner.fraction(), let offset = scanner.offsetMinutes(),
            scanner.isAtEnd
        else { return nil }
        guard (1...12).contains(month), day >= 1, day <= daysIn(month, of: year), hour < 24, minute < 60 else { return nil }
        let minutes = (daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset
        // A leap second is the last one of a day in UTC.
        guard second < 60 || second == 60 && floorDivide(minutes, by: 1440).rest == 1439 else { return nil }
        milliseconds = (minutes * 60 + second) * 1000 + fraction
    }
}

/// Reads fixed-width decimal fields from left to right.
struct DigitScanner {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { position == text.count }

    private mutating func digit() -> Int? {
        guard position < text.count else { return nil }
        let value = text[position] &- UInt8(ascii: "0")
        guard value < 10 else { return nil }
        position += 1
        return Int(value)
    }

    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < text.count, UInt32(text[position]) == character.value else { return false }
        position += 1
        return true
    }

    /// The decimals as milliseconds, 0 without any; nil for a point without decimals.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        guard var value = digit() else { return nil }
        var scale = 100
        value *= scale
        while let digit = digit() {
            scale /= 10
            value += digit * scale
        }
        return value
    }

    /// `Z` or `±hh:mm`.
    mutating func offsetMinutes() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let east = skip("+")
        guard east || skip("-"), let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24, minutes < 60 else {
            return nil
        }
        return (east ? 1 : -1) * (hours * 60 + minutes)
    }

    /// A name: ASCII letters, at least one.
    mutating func letters() -> Substring? {
        let rest = text[position...].prefix { ($0 | 0x20) &- UInt8(ascii: "a") < 26 }
        guard !rest.isEmpty else { return nil }
        position += rest.count
        return Substring(decoding: rest, as: UTF8.self)
    }
}

// MARK: The proleptic Gregorian calendar

package func floorDivide(_ value: Int, by divisor: Int) -> (quotient: Int, rest: Int) {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
}

func daysIn(_ month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

/// Counts in years that begin in March, so that the leap day is a year's last.
package func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivide(shifted, by: 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

package func civilDate(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
}

private func appendDigits(_ value: Int, _ width: Int, to text: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
        text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
        divisor /= 10
    }
}
