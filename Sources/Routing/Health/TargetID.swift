// SPDX-License-Identifier: Apache-2.0

/// What a breaker, a retry budget and a latency belong to: a provider with a key and a model.
package struct TargetID: Hashable, Sendable {
    package var provider: String
    /// A virtual key's name; "" for none. A caller's own key is told apart by its origin only, never by its bytes.
    package var key: String
    package var model: String

    package init(provider: String, key: String, model: String) {
        self.provider = provider
        self.key = key
        self.model = model
    }

    /// Longer ones are not kept in the table: a model's name comes from the caller.
    static let mostBytes = 512
    var isKeepable: Bool { provider.utf8.count + key.utf8.count + model.utf8.count <= Self.mostBytes }
}

/// A target's place in `TargetHealth`. It is good until the place is given to another target, which happens only to one that
/// nothing is in flight to; from then on, and for a target that found no place, whatever is asked of it gets the answer that
/// suits an unknown target: it may be asked, and neither retried nor hedged.
package struct TargetSlot: Hashable, Sendable {
    package let index: Int
    /// Which of the targets that had this place one after the other.
    package let generation: UInt32

    package init(index: Int, generation: UInt32 = 0) {
        self.index = index
        self.generation = generation
    }

    /// No place.
    package static let none = TargetSlot(index: -1)
}
