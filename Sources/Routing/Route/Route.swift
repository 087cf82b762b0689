// SPDX-License-Identifier: Apache-2.0

/// A leaf of the plan as this call would ask it.
package struct Candidate: Sendable {
    package var slot: TargetSlot
    /// Nano-dollars for a thousand input and a thousand output tokens, where the price table knows the model.
    package var price: Int?
    /// Why it cannot be asked at all (an unknown key, a model that the key does not allow): routing passes it by as a failure.
    package var isUsable: Bool

    package init(slot: TargetSlot, price: Int? = nil, isUsable: Bool = true) {
        self.slot = slot
        self.price = price
        self.isUsable = isUsable
    }
}

/// How a try ended, as the route sees it.
package struct TryResult: Sendable {
    package var end: TryEnd
    /// What the provider asks to wait, in milliseconds.
    package var retryAfterMilliseconds: Int?
    /// Chunks of it have gone to the caller: nothing can be tried after it.
    package var hasSentChunks: Bool
    /// The request itself is at fault, before anything was sent: no other target may be tried for it.
    package var isGatewayFault: Bool

    package init(
        end: TryEnd, retryAfterMilliseconds: Int? = nil, hasSentChunks: Bool = false, isGatewayFault: Bool = false
    ) {
        self.end = end
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.hasSentChunks = hasSentChunks
        self.isGatewayFault = isGatewayFault
    }
}

/// What the engine is to do next.
package enum RouteStep: Sendable, Equatable {
    /// Ask this leaf; its try has begun in `TargetHealth`. With `hedgeAfter` (milliseconds), tell `hedgeDue` when no answer came
    /// by then.
    case attempt(target: Int, hedgeAfter: Int?)
    /// Wait so many milliseconds, then tell `waited`.
    case wait(milliseconds: Int)
    /// The last try's result is the answer.
    case finish
    case fail(RouteFailure)
}

package enum RouteFailure: Sendable, Equatable {
    /// No condition holds and there is no default.
    case noRoute
    /// Every breaker is open; the earliest probe is due in so many milliseconds.
    case circuitOpen(retryAfterMilliseconds: Int)
}

/// One call's way through a plan: which target next, again or another, after what wait. A value that decides; the engine asks,
/// waits and tells it what happened. It begins and ends tries in `TargetHealth`, so that picking and counting are one step under
/// one lock.
package struct Route {
    package init(_ plan: Plan) {}

    /// - Parameter candidates: one for each of the plan's targets.
    package mutating func start(
        _ facts: RoutingFacts, _ candidates: [Candidate], _ health: inout TargetHealth, now: UInt64,
        random: inout some RandomNumberGenerator
    ) -> RouteStep { .finish }

    /// The try at `target` has ended.
    package mutating func ended(
        _ target: Int, _ result: TryResult, _ facts: RoutingFacts, _ candidates: [Candidate], _ health: inout TargetHealth,
        now: UInt64, random: inout some RandomNumberGenerator
    ) -> RouteStep { .finish }

    /// The wait that was asked for is over.
    package mutating func waited(
        _ facts: RoutingFacts, _ candidates: [Candidate], _ health: inout TargetHealth, now: UInt64,
        random: inout some RandomNumberGenerator
    ) -> RouteStep { .finish }

    /// No answer came within `hedgeAfter`: the target of the second try, which has begun, or nil when none may start.
    package mutating func hedgeDue(
        _ candidates: [Candidate], _ health: inout TargetHealth, now: UInt64
    ) -> Int? { nil }
}
