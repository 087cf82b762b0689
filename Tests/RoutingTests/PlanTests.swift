// SPDX-License-Identifier: Apache-2.0
import Routing
import Testing

@Suite struct PlanTests {
    @Test func `a call without a config follows one target that its options name`() {
        #expect(Plan.direct.targets.map(\.path) == ["config"])
        #expect(Plan.direct.targets[0].usesCallersKey)
        #expect(!Plan.direct.holdsSecret)
    }
}
