// SPDX-License-Identifier: Apache-2.0

/// A draw by weight, as Portkey does it: the weights are laid end to end, and the child on whose part the value falls is it.
struct WeightedDraw {
    /// In 0..<1.
    let value: Double
    /// The sum of the weights that took part.
    let total: Double
    let child: Int

    /// nil when no weight is above 0: such a child is never drawn.
    init?(_ children: [PlanChild], without taken: ChildSet, value: Double) {
        var total = 0.0
        for index in children.indices where children[index].weight > 0 && !taken.contains(index) {
            total += children[index].weight
        }
        var rest = value * total
        var drawn: Int?
        for index in children.indices where children[index].weight > 0 && !taken.contains(index) {
            // Where rounding lets the value fall behind the last one, that one is it.
            drawn = index
            if rest < children[index].weight { break }
            rest -= children[index].weight
        }
        guard let drawn else { return nil }
        self.value = value
        self.total = total
        child = drawn
    }
}

extension RandomNumberGenerator {
    /// A number in 0..<1, from one draw.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A whole number from 0 to `bound`, from one draw; even enough for bounds far below 2^53.
    mutating func whole(upTo bound: Int) -> Int { Int(unit() * Double(bound + 1)) }
}
