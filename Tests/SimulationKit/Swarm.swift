// SPDX-License-Identifier: Apache-2.0
package import TestSupport

/// How often each fault strikes in one run. Half of all faults are off in a run: where everything fails at once, most bugs stay
/// hidden behind the others.
package struct Swarm<Fault: Hashable & CaseIterable & Sendable>: Sendable where Fault.AllCases: Sendable {
    private var probabilities: [Fault: Double] = [:]

    /// - Parameter strongest: the highest probability that a fault is given.
    package init(random: inout SeededRandom, strongest: Double = 0.5) {
        for fault in Fault.allCases {
            var own = random.split()
            if own.fires(0.5) { probabilities[fault] = strongest * Double(own.int(1...100)) / 100 }
        }
    }

    /// Nothing ever fails.
    package static var calm: Swarm { Swarm() }
    private init() {}

    package func has(_ fault: Fault) -> Bool { probabilities[fault] != nil }

    /// Rolls the dice for one fault.
    package func strikes(_ fault: Fault, _ random: inout SeededRandom) -> Bool {
        guard let probability = probabilities[fault] else { return false }
        return random.fires(probability)
    }
}
