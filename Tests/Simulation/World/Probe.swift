// SPDX-License-Identifier: Apache-2.0

/// Rare paths that must be met, or the world is too tame to say anything.
package enum Probe: String, CaseIterable, Sendable {
    case streamed, retriedWithSuccess, fellBackBeforeFirstChunk, cutAfterChunks, retryAfterHeeded
    case hedgeStarted, hedgeWon, hedgeLost, hedgeWentElsewhere, cancelledWithTwoTries, hedgedStream
    case circuitOpenReturned, lastResortAsked, noRouteReturned, vaultLockedReturned
    case breakerOpened, breakerClosed, probeFailed, probeFailedThrice, probeCancelled, probeHeard, refusedOtherWasAsked
    case retryBudgetRefused, waitTooLong, retryRefusedByBreaker
    case requestTimedOut, firstChunkTimedOut, idleTimedOut
    case cancelledBeforeTry, cancelledWhileWaiting, cancelledInStream, hungUp, readerPaused, clockJumped
    case wentOnAfterSuccess
}

/// How often each was met.
package struct ProbeCounts: Sendable {
    private var counts = [Int](repeating: 0, count: Probe.allCases.count)

    package init() {}
    package subscript(_ probe: Probe) -> Int { counts[probe.index] }
    mutating func hit(_ probe: Probe) { counts[probe.index] += 1 }
    package mutating func add(_ other: ProbeCounts) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }
    package var missed: [Probe] { Probe.allCases.filter { self[$0] == 0 } }
}

extension Probe {
    private static let indices = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })
    fileprivate var index: Int { Self.indices[self] ?? 0 }
}
