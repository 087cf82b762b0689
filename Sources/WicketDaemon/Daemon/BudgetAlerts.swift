// SPDX-License-Identifier: Apache-2.0
import GatewayPolicy
import Synchronization
import WicketProtocol

/// The latest alerts of budgets, for those who follow the journal. Alerts are rare, and whoever looks does so ten times a second.
final class BudgetAlerts: Sendable {
    private static let most = 256

    private struct State {
        var latest: [LogsTail.Alert] = []
        /// Alerts so far, those that are forgotten among them.
        var count = 0
    }
    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }

    /// - Parameter time: RFC 3339, UTC.
    func add(_ notice: BudgetNotice, at time: String) {
        guard case .reached(let share, let claim, let spent) = notice else { return }
        let alert = LogsTail.Alert(
            budget: claim.account, unit: claim.limit.unit.rawValue, share: share, spent: spent, amount: claim.limit.amount,
            time: time)
        state.withLock { state in
            if state.latest.count == Self.most { state.latest.removeFirst() }
            state.latest.append(alert)
            state.count += 1
        }
    }

    /// Those that came after the first `count`, and how many there are now.
    func after(_ count: Int) -> (alerts: [LogsTail.Alert], count: Int) {
        state.withLock { state in (Array(state.latest.suffix(max(0, state.count - count))), state.count) }
    }
}
