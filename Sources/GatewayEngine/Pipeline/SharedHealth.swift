// SPDX-License-Identifier: Apache-2.0
package import Routing
import Synchronization

/// The health of all targets, which every reactor shares: one lock, held for well under a microsecond and never across an
/// `await`.
package final class SharedHealth: Sendable {
    private let state = Mutex(TargetHealth())
    private let changed: @Sendable (SharedHealth, [BreakerTransition]) -> Void

    /// - Parameter changed: told when breakers have changed their state, after the lock was left, on the thread that did it: must
    ///   not block.
    package init(changed: @escaping @Sendable (SharedHealth, [BreakerTransition]) -> Void = { _, _ in }) {
        self.changed = changed
    }

    package func withLock<Value>(_ body: (inout TargetHealth) -> sending Value) -> sending Value {
        var transitions: [BreakerTransition] = []
        let value = state.withLock { health in
            let value = body(&health)
            if health.hasTransitions { transitions = health.takeTransitions() }
            return value
        }
        if !transitions.isEmpty { changed(self, transitions) }
        return value
    }
}
