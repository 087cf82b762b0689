// SPDX-License-Identifier: Apache-2.0

/// Some of a strategy's children, by index; without allocation for the first 64.
struct ChildSet {
    private var low: UInt64 = 0
    private var high: Set<Int> = []

    func contains(_ child: Int) -> Bool {
        child < 64 ? low & (1 << UInt64(child)) != 0 : high.contains(child)
    }

    mutating func insert(_ child: Int) {
        if child < 64 { low |= 1 << UInt64(child) } else { high.insert(child) }
    }
}
