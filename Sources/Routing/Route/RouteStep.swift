// SPDX-License-Identifier: Apache-2.0

/// A leaf of the plan as this call would ask it.
package struct Candidate: Sendable {
    package var slot: TargetSlot
    /// Nano-dollars for a thousand input and a thousand output tokens, where the price table knows the model.
    package var price: Int?
    /// Whether it can be asked at all: its key is known and allows the model. See `RouteFailure.unusable`.
    package var isUsable: Bool
    /// It is as if the config did not have it: the leaf `isOnlyWithCallersKey`, and the call names no key. Unlike an unusable one
    /// it never ends a call.
    package var isAbsent: Bool

    package init(slot: TargetSlot, price: Int? = nil, isUsable: Bool = true, isAbsent: Bool = false) {
        self.slot = slot
        self.price = price
        self.isUsable = isUsable
        self.isAbsent = isAbsent
    }
}

/// One try of a call. They are numbered as they begin: 0, 1, 2…
package struct TryID: Hashable, Sendable {
    package let number: Int
    package init(number: Int) { self.number = number }
}

/// How a try ended, as the route sees it.
package struct TryResult: Sendable, Equatable {
    package var end: TryEnd
    /// What the provider asks to wait, in milliseconds.
    package var retryAfterMilliseconds: Int?
    /// Chunks of it have gone to the caller: nothing can be tried after it.
    package var hasSentChunks: Bool
    /// The target's health does not count it: the answer was kept, or it is another call's try, which counts already.
    package var isShared: Bool
    /// The request itself is at fault, before anything was sent: no other target may be tried for it.
    package var isGatewayFault: Bool

    package init(
        end: TryEnd, retryAfterMilliseconds: Int? = nil, hasSentChunks: Bool = false, isShared: Bool = false,
        isGatewayFault: Bool = false
    ) {
        self.end = end
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.hasSentChunks = hasSentChunks
        self.isShared = isShared
        self.isGatewayFault = isGatewayFault
    }
}

/// What the engine is to do next.
package enum RouteStep: Sendable, Equatable {
    /// Ask this leaf; its try has begun in `TargetHealth`. With `hedgeAfter` (milliseconds), tell `hedgeDue` when this try has
    /// neither ended nor brought a first chunk by then.
    case attempt(TryID, target: Int, hedgeAfter: Int?)
    /// Wait so many milliseconds, then tell `waited`. No try is running.
    case wait(milliseconds: Int)
    /// Nothing: the other try of a hedge still runs, go on waiting for it. Also the answer to what came too late.
    case pending
    /// The result of this try is the call's answer, be it good or bad. It is always the one that was told last. The `losing` try
    /// has been ended in `TargetHealth`: stop it at once, bill what it served, tell nothing more of it.
    case finish(TryID, losing: TryID?)
    case fail(RouteFailure)
}

/// Why a call ends without the result of a try.
package enum RouteFailure: Sendable, Equatable {
    /// No condition holds and there is no default.
    case noRoute
    /// Every breaker is open; the earliest probe is due in so many milliseconds.
    case circuitOpen(retryAfterMilliseconds: Int)
    /// The first leaf that the plan led to cannot be asked (an unknown key, a model that its key does not allow). The call fails
    /// with that leaf's own error, as Portkey's gateway exceptions do: moving on would hide a broken config behind its fallback
    /// for good. Where something else was asked or refused before, such a leaf is passed by instead: the call is in trouble
    /// already, and what is behind it may still help.
    case unusable(target: Int)
}

/// Whether a stream's first chunk may go to the caller.
package enum StreamVerdict: Sendable, Equatable {
    /// Send it and all that follow; stop the `losing` try as for `RouteStep.finish`.
    case send(losing: TryID?)
    /// Keep it back: its status is listed as one to move on from. Tell `ended` with it, and follow the step; when that is
    /// `.finish` of this same try, send the stream after all.
    case hold
}
