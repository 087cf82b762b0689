// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayPolicy
import GatewayStore
import Observability

extension Daemon {
    /// What was spent before, and what an end that came too early has left open.
    func openLedger(_ store: GatewayStore, _ alerts: BudgetAlerts) async throws(GatewayFailure) -> SharedLedger {
        let (logger, clock) = (logger, clock)
        let ledger = SharedLedger(storage: store, clock: clock) { notice in
            logger.tell(notice)
            alerts.add(notice, at: Timestamp(milliseconds: clock.wallMilliseconds()).description)
        }
        let cut = try await ledger.recover()
        if cut > 0 {
            logger.warning(
                "The daemon ended in the midst of calls; they count as what was reserved for them", ["calls": .integer(cut)])
        }
        return ledger
    }
}

extension Logger {
    fileprivate func tell(_ notice: BudgetNotice) {
        switch notice {
        case .reached(let share, let claim, let spent):
            warning(
                "A budget has reached its alert",
                [
                    "budget": .text(claim.account), "share": .text("\(share)"), "spent": .text(claim.limit.unit.shown(spent)),
                    "amount": .text(claim.limit.unit.shown(claim.limit.amount)),
                ])
        case .overshot(let claim, let actual):
            warning(
                "A call used more than it could have; it is counted",
                [
                    "budget": .text(claim.account), "reserved": .text(claim.limit.unit.shown(claim.reserved)),
                    "used": .text(claim.limit.unit.shown(actual)),
                ])
        }
    }
}
