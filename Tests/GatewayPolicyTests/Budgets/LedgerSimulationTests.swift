// SPDX-License-Identifier: Apache-2.0
import Testing

struct LedgerSimulationTests {
    @Test func `no sum ever passes, nothing leaks, and windows roll, in hundreds of worlds`() {
        var (admitted, refused, slowedDown) = (0, 0, 0)
        for seed in 0..<300 {
            var world = LedgerWorld(seed: UInt64(seed))
            let fault = world.run(steps: 400)
            #expect(fault == nil, "seed \(seed)")
            admitted += world.admitted
            refused += world.refused
            slowedDown += world.slowedDown
        }
        // The worlds are no tame ones.
        #expect(admitted > 5000 && refused > 5000 && slowedDown > 2000, "\(admitted), \(refused), \(slowedDown)")
    }

    @Test(arguments: PlantedBug.allCases) func `a planted bug is found`(_ bug: PlantedBug) {
        let found = (0..<40).contains { seed in
            var world = LedgerWorld(seed: UInt64(seed), bug: bug)
            return world.run(steps: 400) != nil
        }
        #expect(found)
    }
}
