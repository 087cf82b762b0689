// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// Over which calendar window, in UTC, a usage limit counts. A week begins on Monday.
package enum BudgetPeriod: String, CaseIterable, Sendable {
    case hourly, daily, weekly, monthly
    /// Once: it never begins anew.
    case total

    private static let hour = 3_600_000
    private static let day = 86_400_000

    /// The window that an instant lies in.
    /// - Parameter milliseconds: since 1970, UTC.
    package func window(at milliseconds: Int) -> BudgetWindow {
        switch self {
        case .hourly: return fixed(Self.hour, milliseconds)
        case .daily: return fixed(Self.day, milliseconds)
        case .weekly:
            // 1970 began on a Thursday, so the Monday before it is day -3.
            let week = floorDivide(milliseconds + 3 * Self.day, by: 7 * Self.day).quotient
            let start = week * 7 * Self.day - 3 * Self.day
            return BudgetWindow(start: start, end: start + 7 * Self.day)
        case .monthly:
            let date = civilDate(daysSince1970: floorDivide(milliseconds, by: Self.day).quotient)
            let isLast = date.month == 12
            let next = daysSince1970(isLast ? date.year + 1 : date.year, isLast ? 1 : date.month + 1, 1)
            return BudgetWindow(start: daysSince1970(date.year, date.month, 1) * Self.day, end: next * Self.day)
        case .total: return BudgetWindow(start: 0, end: nil)
        }
    }

    private func fixed(_ length: Int, _ milliseconds: Int) -> BudgetWindow {
        let start = floorDivide(milliseconds, by: length).quotient * length
        return BudgetWindow(start: start, end: start + length)
    }
}

/// From `start` up to, and without, `end`; milliseconds since 1970.
package struct BudgetWindow: Hashable, Sendable {
    package var start: Int
    /// nil: without end.
    package var end: Int?
}
