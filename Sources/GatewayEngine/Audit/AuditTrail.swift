// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
import Synchronization

/// What the gateway tells the audit log of calls: those that were denied, and keys that were about to go elsewhere. One for all
/// reactors.
package final class AuditTrail: Sendable {
    private let log: any AuditLog
    private let clock: GatewayClock
    private let denials = Mutex(AuditAllowance(atOnce: 10, millisecondsEach: 10_000))
    /// More of them: each one is of interest, and a caller that is merely misconfigured asks often.
    private let diversions = Mutex(AuditAllowance(atOnce: 100, millisecondsEach: 10_000))

    package init(log: any AuditLog, clock: GatewayClock) {
        self.log = log
        self.clock = clock
    }

    /// A call was denied. A diversion has an entry already.
    package func denied(_ failure: GatewayFailure, by peer: PeerIdentity, method: String) {
        if failure.divertedKey != nil { return }
        append(.callDenied, failure, by: peer, of: method, denials)
    }

    /// A key was not sent where a call would have sent it, if this is such a failure.
    package func diverted(_ failure: GatewayFailure, by peer: PeerIdentity) {
        guard let key = failure.divertedKey else { return }
        append(.keyDiverted, failure, by: peer, of: key, diversions)
    }

    private func append(
        _ kind: AuditEvent.Kind, _ failure: GatewayFailure, by peer: PeerIdentity, of subject: String,
        _ allowance: borrowing Mutex<AuditAllowance>
    ) {
        let now = Int(clock.monotonicNanoseconds() / 1_000_000)
        guard case .write(let leftOut) = allowance.withLock({ $0.ask(peer.uid, now: now) }) else { return }
        // Callers have a say in both texts.
        var detail = shortened(failure.message, to: 512)
        if leftOut > 0 { detail += " (and \(leftOut) more)" }
        log.append(AuditEvent(kind, by: peer, of: shortened(subject, to: 128), detail: detail))
    }
}
