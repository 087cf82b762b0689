// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// A month of a busy host: each program has a user, a policy and some keys, each key a provider and some models.
struct World {
    static let from = 1_796_083_200_000
    static let month = 30 * 86_400_000
    private let rows: Int
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    init(rows: Int) { self.rows = rows }

    private mutating func random(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % bound
    }

    private let peers = (0..<8).map {
        PeerIdentity(
            pid: Int32(4000 + $0), uid: UInt32(1000 + $0 % 6), gid: 1000, executable: "/usr/bin/python3",
            unit: "app-\($0).service")
    }
    private let providers = ["openai", "anthropic", "mistral", "ollama"]
    private let statuses = [400, 401, 429, 500, 503]
    private let cache: [CacheStatus] = [.disabled, .miss, .miss, .hit, .semanticHit, .semanticMiss]
    private let environments = ["production", "staging", "test"]

    mutating func call(_ index: Int) -> CallRecord {
        let program = random(8)
        let key = program * 3 + random(3)
        let provider = providers[key % 4]
        let model = "\(provider)-model-\(random(3))"
        let start = Self.from + index * Self.month / rows
        var record = CallRecord(
            traceID: trace(start), spanID: "00f067aa0ba902b7", startedAtMilliseconds: start,
            method: random(10) == 0 ? "messages.create" : "chat.completions.create", peer: peers[program],
            virtualKey: "key-\(key)", provider: provider, model: model, responseModel: model + "-20260101",
            target: "config.targets[0]", stream: random(2) == 0)
        record.usage = Usage(inputTokens: random(4000), outputTokens: random(800))
        record.attempts = 1
        record.latencyMicroseconds = 100_000 + random(1000) * random(3000)
        record.upstreamMicroseconds = record.latencyMicroseconds - 300
        record.firstChunkMicroseconds = record.stream ? record.latencyMicroseconds / 4 : nil
        record.cost = .priced(NanoUSD(random(9_000_000)))
        record.policy = "policy-\(program % 3)"
        record.config = random(2) == 0 ? "resilient" : nil
        record.cacheStatus = cache[random(6)]
        if random(50) == 0 {
            record.status = statuses[random(5)]
            record.errorName = "upstream_error"
        }
        if random(5) > 0 { record.user = "user-\(random(1000))" }
        record.metadata = Array(#"{"environment":"\#(environments[random(3)])","team":"team-\#(random(20))"}"#.utf8)[...]
        // What is hard to find: thirty calls in all the month.
        if index % max(1, rows / 30) == rows / 60 { record.virtualKey = "rare" }
        return record
    }

    /// It begins with the time, as those of the daemon do.
    private mutating func trace(_ milliseconds: Int) -> String {
        let (time, rest) = (String(milliseconds, radix: 16), String(random(1 << 52), radix: 16))
        return "0" + time + String(repeating: "0", count: 31 - time.count - rest.count) + rest
    }
}
