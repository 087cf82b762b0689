// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
    /// Reads HTTP's date in the three forms of RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94
    /// 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. The weekday is not compared with the date. Nil for all else.
    /// - Parameter now: tells the century of a year of two digits: at most fifty years ahead.
    package init?(httpDate text: some StringProtocol, now: Timestamp) {
        var scanner = DigitScanner(Array(text.utf8))
        guard scanner.letters() != nil else { return nil }
        let fields = scanner.skip(",") ? scanner.dateBeforeTime(now: now) : scanner.dateAroundTime()
        guard let fields, scanner.isAtEnd, fields.day >= 1, fields.day <= daysIn(fields.month, of: fields.year) else {
            return nil
        }
        self.init(milliseconds: (daysSince1970(fields.year, fields.month, fields.day) * 86_400 + fields.second) * 1000)
    }

    fileprivate var year: Int { civilDate(daysSince1970: floorDivide(milliseconds, by: 86_400_000).quotient).year }
}

private struct DateFields {
    var year: Int
    var month: Int
    var day: Int
    /// Of the day.
    var second: Int
}

extension DigitScanner {
    /// ` 06 Nov 1994 08:49:37 GMT` or ` 06-Nov-94 08:49:37 GMT`.
    fileprivate mutating func dateBeforeTime(now: Timestamp) -> DateFields? {
        guard skip(" "), let day = digits(2) else { return nil }
        let isOld = skip("-")
        guard isOld || skip(" "), let month = month(), skip(isOld ? "-" : " "), let written = digits(isOld ? 2 : 4), skip(" "),
            let second = secondOfDay(), skip(" "), letters() == "GMT"
        else { return nil }
        let year = isOld ? Self.fullYear(written, now: now.year) : written
        return DateFields(year: year, month: month, day: day, second: second)
    }

    /// ` Nov  6 08:49:37 1994`.
    fileprivate mutating func dateAroundTime() -> DateFields? {
        guard skip(" "), let month = month(), skip(" "), let day = skip(" ") ? digits(1) : digits(2), skip(" "),
            let second = secondOfDay(), skip(" "), let year = digits(4)
        else { return nil }
        return DateFields(year: year, month: month, day: day, second: second)
    }

    private mutating func month() -> Int? {
        let names: [Substring] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return letters().flatMap(names.firstIndex).map { $0 + 1 }
    }

    /// A leap second is the second after it.
    private mutating func secondOfDay() -> Int? {
        guard let hour = digits(2), skip(":"), let minute = digits(2), skip(":"), let second = digits(2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        return (hour * 60 + minute) * 60 + second
    }

    /// The last year that ends so and is at most fifty years ahead.
    private static func fullYear(_ lastDigits: Int, now: Int) -> Int {
        let latest = now + 50
        return latest - ((latest - lastDigits) % 100 + 100) % 100
    }
}
