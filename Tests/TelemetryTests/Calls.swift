// SPDX-License-Identifier: Apache-2.0
import GatewayModel
@testable import Telemetry

/// A call as the journal has it.
func call(_ change: (inout CallRecord) -> Void = { _ in }) -> CallRecord {
    var call = CallRecord(
        traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7", startedAtMilliseconds: 1_800_000_000_000,
        method: "chat.completions.create", peer: PeerIdentity(pid: 42, uid: 1000, gid: 1000, executable: "/usr/bin/python3"),
        virtualKey: "prod", provider: "openai", model: "gpt-4o", responseModel: "gpt-4o-2024-08-06", target: "config",
        usage: Usage(inputTokens: 100, outputTokens: 11), attempts: 1, latencyMicroseconds: 812_400,
        upstreamMicroseconds: 812_000, cost: .priced(NanoUSD(4650)))
    call.queueMicroseconds = 40
    call.origin = "https://api.openai.com"
    change(&call)
    return call
}

func attempt(_ number: Int, _ outcome: String, start: Int, took: Int, _ change: (inout AttemptReport) -> Void = { _ in })
    -> AttemptReport
{
    var attempt = AttemptReport(
        target: "config.targets[\(number)]", status: outcome == "ok" ? 200 : 500, microseconds: took, outcome: outcome)
    attempt.number = number
    attempt.startMicroseconds = start
    attempt.provider = number == 0 ? "openai" : "mistral-ai"
    attempt.model = "m\(number)"
    change(&attempt)
    return attempt
}

extension [Attribute] {
    subscript(_ name: String) -> Attribute.Value? { first { $0.name == name }?.value }
}
