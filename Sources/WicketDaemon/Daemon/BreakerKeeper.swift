// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Observability
import Routing
import Synchronization

/// Tells the log when a breaker changes its state, and keeps the open ones over a restart. Reactors only queue: the rows are made
/// and written on the store's thread, and changes that come before that go with them.
final class BreakerKeeper: Sendable {
    private let store: GatewayStore
    private let clock: GatewayClock
    private let logger: Logger
    private let isQueued = Atomic<Bool>(false)

    init(store: GatewayStore, clock: GatewayClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Opens again what was open at the last end, for as long as is left.
    func restore(_ health: SharedHealth) async throws(GatewayFailure) {
        let wall = clock.wallMilliseconds()
        let breakers = try await store.loadBreakers().map { row in
            OpenBreaker(
                id: TargetID(provider: row.provider, key: row.key, model: row.model),
                remainingMilliseconds: row.remainingMilliseconds(now: wall), multiple: row.multiple)
        }
        if breakers.isEmpty { return }
        let now = clock.monotonicNanoseconds()
        health.withLock { $0.restore(breakers, now: now) }
        logger.notice("Breakers are open as they were before the restart", ["count": .integer(breakers.count)])
    }

    func changed(_ health: SharedHealth, _ transitions: [BreakerTransition]) {
        for transition in transitions { tell(transition) }
        if isQueued.exchange(true, ordering: .acquiringAndReleasing) { return }
        store.saveBreakers { [self] in
            // From here on a change needs a write of its own.
            isQueued.store(false, ordering: .releasing)
            return rows(of: health)
        } finished: { [self] failure in
            guard let failure else { return }
            // It may have failed before the rows were asked for.
            isQueued.store(false, ordering: .releasing)
            logger.warning("Open breakers could not be kept for the next start", ["detail": .text(failure.message)])
        }
    }

    private func rows(of health: SharedHealth) -> [BreakerRow] {
        let now = clock.monotonicNanoseconds()
        let wall = clock.wallMilliseconds()
        return health.withLock { $0.openBreakers(now: now) }.map { breaker in
            BreakerRow(
                provider: breaker.id.provider, key: breaker.id.key, model: breaker.id.model,
                openUntilMilliseconds: wall + breaker.remainingMilliseconds,
                remainingMilliseconds: breaker.remainingMilliseconds, multiple: breaker.multiple)
        }
    }

    private func tell(_ transition: BreakerTransition) {
        let facts: LogFields = [
            "target": .text(TargetName(transition.id).text), "change": .text(transition.change.rawValue),
            "open_ms": .integer(transition.openMilliseconds),
        ]
        switch transition.change {
        case .opened, .reopened, .tripped: logger.warning("A breaker opened", facts)
        case .halfOpened: logger.info("A breaker lets a probe through", facts)
        case .closed, .reset: logger.notice("A breaker closed", facts)
        }
    }
}

/// A target's id as callers see it: `openai/openai-prod/gpt-4o`.
struct TargetName {
    let text: String

    init(_ id: TargetID) { text = "\(id.provider)/\(id.key)/\(id.model)" }
}
