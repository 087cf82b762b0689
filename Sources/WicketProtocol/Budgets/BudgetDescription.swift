// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// How one budget stands in its present window. Amounts are whole numbers of the unit: nano-dollars, tokens or requests.
package struct BudgetDescription: Sendable {
    /// Opaque; what `budgets.get` and `budgets.reset` take.
    package var id: String
    /// The budget of the configuration; nil for a virtual key's.
    package var name: String?
    /// Which calls draw on it (`host`, `metadata.team=search`); nil where only those of policies that name it do.
    package var scope: String?
    /// The virtual key whose limit it is.
    package var virtualKey: String?
    /// Of a budget that counts each value for itself: which.
    package var value: String?
    /// `usd`, `tokens` or `requests`.
    package var unit: String
    /// `hourly`, `daily`, `weekly`, `monthly` or `total`.
    package var period: String
    package var amount: Int
    package var spent: Int
    /// Held for calls that are under way.
    package var reserved: Int
    /// RFC 3339, UTC; nil for a total.
    package var windowStart: String?
    package var windowEnd: String?
    /// Shares of the amount.
    package var alertAt: [Double]

    package init(id: String, unit: String, period: String, amount: Int, spent: Int, reserved: Int, alertAt: [Double]) {
        self.id = id
        self.unit = unit
        self.period = period
        self.amount = amount
        self.spent = spent
        self.reserved = reserved
        self.alertAt = alertAt
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("id"); json.string(id)
        json.key("name"); json.string(orNull: name)
        json.key("scope"); json.string(orNull: scope)
        json.key("virtual_key"); json.string(orNull: virtualKey)
        json.key("value"); json.string(orNull: value)
        json.key("unit"); json.string(unit)
        json.key("period"); json.string(period)
        json.key("amount"); json.int(amount)
        json.key("spent"); json.int(spent)
        json.key("reserved"); json.int(reserved)
        json.key("left"); json.int(max(0, amount - spent - reserved))
        json.key("window_start"); json.string(orNull: windowStart)
        json.key("window_end"); json.string(orNull: windowEnd)
        json.key("alert_at")
        json.beginArray()
        for share in alertAt { json.double(share) }
        json.endArray()
        json.endObject()
    }
}
