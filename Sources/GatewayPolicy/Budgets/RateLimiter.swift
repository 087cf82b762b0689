// SPDX-License-Identifier: Apache-2.0

/// Rate limits as token buckets: full at first, refilled evenly, `amount` within the span.
///
/// A bucket is one number (when it would be full again), gives the exact time to wait, and takes back what was not used; a
/// window of counted events would have to remember each of them for that. In any stretch of time it admits at most `amount` and
/// what is refilled meanwhile, so right after a quiet time up to twice the amount within one span.
package struct RateLimiter: Sendable {
    package static let mostBuckets = 65_536

    /// Nanoseconds of the clock at which each bucket is full again; one that is full has no entry.
    private var fullAt: [String: Int] = [:]

    package init() {}

    package var count: Int { fullAt.count }

    /// Takes of all buckets, or of none.
    /// - Parameter now: nanoseconds of a clock that never goes back.
    package mutating func admit(_ scopes: [SpendingScope], _ worst: Spending, now: Int) -> RateVerdict {
        var tickets: [RateTicket] = []
        var refusal: RateRefusal?
        for scope in scopes {
            for (limit, account) in zip(scope.rules.rates, scope.rateAccounts) {
                let ticket = RateTicket(account: account, limit: limit, taken: max(0, worst.amount(limit.unit) ?? 0))
                if let wait = wait(ticket, now) {
                    // Of several that must be waited for the longest counts.
                    if refusal == nil || (wait ?? .max) > (refusal?.nanoseconds ?? .max) {
                        refusal = RateRefusal(scope: scope, limit: limit, wanted: ticket.taken, nanoseconds: wait)
                    }
                }
                tickets.append(ticket)
            }
        }
        if let refusal { return .refused(refusal) }
        makeRoom(now)
        for ticket in tickets { take(ticket, ticket.taken, now) }
        return .admitted(tickets)
    }

    /// Corrects what was taken to what was used; nil in it leaves what was taken.
    package mutating func correct(_ tickets: [RateTicket], _ actual: Spending, now: Int) {
        for ticket in tickets {
            guard let used = actual.amount(ticket.limit.unit) else { continue }
            if used < ticket.taken { giveBack(ticket, ticket.taken - used, now) }
            if used > ticket.taken { take(ticket, used - ticket.taken, now) }
        }
    }

    // MARK: Parts

    /// - Returns: nil when there is enough; else how long until there is, or that there never is.
    private func wait(_ ticket: RateTicket, _ now: Int) -> Int?? {
        if ticket.taken > ticket.limit.amount { return .some(nil) }
        let full = max(fullAt[ticket.account] ?? now, now)
        let wait = full + ticket.limit.refill(of: ticket.taken) - now - ticket.limit.span.nanoseconds
        return wait > 0 ? .some(wait) : nil
    }

    private mutating func take(_ ticket: RateTicket, _ amount: Int, _ now: Int) {
        if amount == 0 { return }
        let full = max(fullAt[ticket.account] ?? now, now)
        fullAt[ticket.account] = full + ticket.limit.refill(of: amount)
    }

    private mutating func giveBack(_ ticket: RateTicket, _ amount: Int, _ now: Int) {
        guard let full = fullAt[ticket.account] else { return }
        let fuller = full - ticket.limit.refill(of: amount, rounding: .down)
        fullAt[ticket.account] = fuller > now ? fuller : nil
    }

    /// Buckets that are full again need no entry; beyond the bound those go that are the nearest to it.
    private mutating func makeRoom(_ now: Int) {
        if fullAt.count < Self.mostBuckets { return }
        fullAt = fullAt.filter { $0.value > now }
        if fullAt.count < Self.mostBuckets { return }
        let half = fullAt.values.sorted()[fullAt.count / 2]
        fullAt = fullAt.filter { $0.value > half }
    }
}

/// What admission came to.
package enum RateVerdict: Sendable, Equatable {
    case admitted([RateTicket])
    case refused(RateRefusal)
}

/// What was taken of one bucket.
package struct RateTicket: Sendable, Equatable {
    package var account: String
    package var limit: RateLimit
    package var taken: Int
}

/// Which limit has nothing left.
package struct RateRefusal: Sendable, Equatable {
    package var scope: SpendingScope
    package var limit: RateLimit
    package var wanted: Int
    /// How long to wait; nil when the try wants more than the limit ever has.
    package var nanoseconds: Int?
}

extension RateLimit {
    enum Rounding { case up, down }

    /// How long so much takes to come back. More than ten spans are as ten.
    func refill(of quantity: Int, rounding: Rounding = .up) -> Int {
        let (high, low) = min(quantity, amount * 10).multipliedFullWidth(by: span.nanoseconds)
        let (quotient, rest) = amount.dividingFullWidth((high, low))
        return quotient + (rest > 0 && rounding == .up ? 1 : 0)
    }
}
