// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

struct TraceParentTests {
    @Test func `x`() {}
}
