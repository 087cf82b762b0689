// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The health of one target as the daemon has seen it: its breaker, its latency, what is in flight.
package struct TargetDescription: Sendable {
    /// Opaque; what `targets.reset` and `targets.trip` take.
    package var id: String
    package var provider: String
    /// nil for one that is asked without a key of the vault.
    package var virtualKey: String?
    package var model: String
    package var state: State
    /// Those that count towards opening the breaker.
    package var failures: Int
    /// RFC 3339, UTC: until when the breaker lets nothing through; nil unless it is open.
    package var openUntil: String?
    /// Peak EWMA; nil before the first answer.
    package var latencyMilliseconds: Double?
    package var inFlight: Int
    /// Tries since the daemon's start.
    package var requests: Int
    /// The provider refused the key the last time (401 or 403).
    package var isKeyRejected: Bool

    package enum State: String, Sendable {
        case closed, open
        /// The next request is the probe that decides.
        case halfOpen = "half_open"
    }

    package init(id: String, provider: String, virtualKey: String?, model: String, state: State) {
        self.id = id
        self.provider = provider
        self.virtualKey = virtualKey
        self.model = model
        self.state = state
        failures = 0
        inFlight = 0
        requests = 0
        isKeyRejected = false
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("id"); json.string(id)
        json.key("provider"); json.string(provider)
        json.key("virtual_key"); json.string(orNull: virtualKey)
        json.key("model"); json.string(model)
        json.key("state"); json.string(state.rawValue)
        json.key("failures"); json.int(failures)
        json.key("open_until"); json.string(orNull: openUntil)
        json.key("latency_ms")
        json.beginObject()
        json.key("ewma"); json.double(orNull: latencyMilliseconds)
        json.endObject()
        json.key("in_flight"); json.int(inFlight)
        json.key("requests"); json.int(requests)
        json.key("key_rejected"); json.bool(isKeyRejected)
        json.endObject()
    }
}
