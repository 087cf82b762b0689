// SPDX-License-Identifier: Apache-2.0
import SimulationKit

/// What can go wrong in the simulated world. Each is off in half of all runs.
enum Fault: CaseIterable, Hashable, Sendable {
    // Providers, for each request.
    case serverError, clientError, rateLimit, keyRefused
    case hang, slow, resetBeforeHead, resetAfterHead, brokenBody
    case cutBeforeFirstChunk, cutAfterChunks, errorEvent, slowFirstChunk, stall, plainBodyForStream, noUsage
    // Providers, for a time.
    case outage
    // Callers.
    case cancel, hangUp, slowReader, burst
    // The host.
    case lockedVault, clockJump
}

typealias FaultMix = Swarm<Fault>
