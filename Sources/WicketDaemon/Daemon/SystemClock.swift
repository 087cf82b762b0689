// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import Glibc

extension GatewayClock {
    /// The machine's own clocks. The only place where the daemon reads them.
    static let system = GatewayClock(
        monotonicNanoseconds: {
            let now = read(CLOCK_MONOTONIC)
            return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
        },
        wallMilliseconds: {
            let now = read(CLOCK_REALTIME)
            return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
        })

    private static func read(_ clock: clockid_t) -> timespec {
        var now = timespec()
        clock_gettime(clock, &now)
        return now
    }
}
