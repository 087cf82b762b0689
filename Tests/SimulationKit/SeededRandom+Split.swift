// SPDX-License-Identifier: Apache-2.0
package import TestSupport

extension SeededRandom {
    /// A generator of its own for one part, so that one draw more there does not shift what all other parts draw.
    package mutating func split() -> SeededRandom { SeededRandom(seed: next()) }

    /// True so often: 0 is never, 1 is always.
    package mutating func fires(_ probability: Double) -> Bool {
        probability > 0 && Double(next() >> 11) * 0x1p-53 < probability
    }

    package mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// One of them; the list must not be empty.
    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &self)]
    }
}
