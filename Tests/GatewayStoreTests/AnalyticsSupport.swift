// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import GatewayStore

/// Calls of three days that differ in all that they can be told apart by, the same each time.
func manyCalls(_ count: Int) -> [CallRecord] {
    var state: UInt64 = 88_172_645_463_325_252
    func random(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % bound
    }
    let cache: [CacheStatus] = [.disabled, .hit, .semanticHit, .miss, .coalesced]
    return (0..<count).map { index in
        record("trace-\(index)") { record in
            record.startedAtMilliseconds = 1_800_000_000_000 + index * 3 * 86_400_000 / count - random(5_000_000)
            let unit = random(3) == 0 ? nil : "u\(random(2))"
            record.peer = PeerIdentity(pid: 1, uid: UInt32(1000 + random(3)), gid: 1, unit: unit)
            record.virtualKey = random(4) == 0 ? nil : "key-\(random(5))"
            record.provider = ["openai", "anthropic"][random(2)]
            record.model = "m\(random(3))"
            record.responseModel = random(3) == 0 ? nil : "m\(random(3))-x"
            record.policy = random(2) == 0 ? nil : "p"
            record.config = random(2) == 0 ? nil : "c\(random(2))"
            record.user = random(3) == 0 ? nil : "user-\(random(40))"
            record.cacheStatus = cache[random(5)]
            record.saved = record.cacheStatus.isHit ? NanoUSD(random(1000)) : nil
            record.status = random(6) == 0 ? [400, 429, 503][random(3)] : 200
            record.errorName = record.status == 200 ? nil : "upstream_error"
            record.stream = random(2) == 0
            record.usage = Usage(inputTokens: random(5000), outputTokens: random(3) == 0 ? nil : random(900))
            record.latencyMicroseconds = random(9_000_000)
            record.cost = [.unpriced, .estimated(NanoUSD(random(5000))), .priced(NanoUSD(random(90_000)))][random(3)]
            (record.attempts, record.retries, record.fallbacks) = (random(3), random(3), random(2))
            record.requestBytes = random(10_000)
            record.metadata = random(4) == 0 ? nil : Array(#"{"team":"t\#(random(6))","n":\#(random(3)),"deep":{}}"#.utf8)[...]
        }
    }
}

/// Figures worked out from the records one by one.
struct Naive {
    var calls: [CallRecord]

    func values(_ metric: AnalyticsMetric) -> AnalyticsValue? {
        let failed = calls.filter { !(200...299).contains($0.status) }
        let tokens = calls.reduce(0) { $0 + ($1.usage.inputTokens ?? 0) + ($1.usage.outputTokens ?? 0) }
        switch metric {
        case .requests: return .count(calls.count)
        case .errors: return .count(failed.count)
        case .errorsByStatus:
            let byStatus = Dictionary(grouping: failed, by: \.status).mapValues(\.count)
            return .counts(byStatus.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        case .tokens: return .count(tokens)
        case .cost: return .count(calls.reduce(0) { $0 + ($1.cost.amount?.value ?? 0) })
        case .unpriced: return .count(calls.count { $0.cost == .unpriced })
        case .latencyAverage:
            let sum = Double(calls.reduce(0) { $0 + $1.latencyMicroseconds })
            return calls.isEmpty ? AnalyticsValue.none : .real(sum / Double(calls.count) / 1000)
        case .uniqueUsers: return .count(Set(calls.compactMap(\.user)).count)
        case .identified: return .count(calls.count { $0.user != nil })
        case .cacheHits: return .count(calls.count(where: \.cacheStatus.isHit))
        case .saved: return .count(calls.reduce(0) { $0 + ($1.saved?.value ?? 0) })
        case .rescuedByFallback: return .count(calls.count { $0.status == 200 && $0.fallbacks > 0 })
        case .rescuedByRetry:
            let rescued = calls.filter { $0.status == 200 && $0.retries > 0 }
            let byNumber = Dictionary(grouping: rescued, by: \.retries).mapValues(\.count)
            return .counts(byNumber.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        case .lastSeen: return calls.map(\.startedAtMilliseconds).max().map { .instant($0) } ?? AnalyticsValue.none
        case .requestBytes: return .count(calls.reduce(0) { $0 + $1.requestBytes })
        default: return nil
        }
    }
}

/// What a record is told apart by.
func value(of dimension: AnalyticsDimension, _ record: CallRecord) -> String? {
    switch dimension {
    case .call(.virtualKey): record.virtualKey
    case .call(.provider): record.provider
    case .call(.model): record.model
    case .call(.responseModel): record.responseModel ?? record.model
    case .call(.policy): record.policy
    case .call(.uid): String(record.peer.uid)
    case .call(.unit): record.peer.unit
    case .call(.config): record.config
    case .call(.method): record.method
    case .call(.cacheStatus): record.cacheStatus.rawValue
    case .call(.status): String(record.status)
    case .call(.error): record.errorName
    case .call(.stream): String(record.stream)
    case .user: record.user
    case .metadata(let key):
        String(decoding: record.metadata ?? [], as: UTF8.self).split(separator: "\"\(key)\":").dropFirst().first
            .map { String($0.prefix { $0 != "," }.filter { $0 != "\"" }) }
    }
}

/// Waits for the writer, which adds up rows when it has nothing better to do.
func waitUntilAddedUp(_ store: GatewayStore, atLeast id: Int) async throws {
    for _ in 0..<3000 {
        if try await store.read({ try RollupTable.lastRolled($0) }) >= id { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("the writer did not add up \(id) rows")
}

/// Appends 5000 calls and then some of the rest, so many that not all are added up: whoever asks has to do with both.
/// - Returns: what was appended.
func fill(_ store: GatewayStore, _ calls: [CallRecord]) async throws -> [CallRecord] {
    for call in calls.prefix(5000) { store.append(call) }
    try await store.flush()
    try await waitUntilAddedUp(store, atLeast: 5000 - RollupTable.batch + 1)
    let rolled = try await store.read { try RollupTable.lastRolled($0) }
    let end = min(calls.count, rolled + RollupTable.batch - 1)
    for call in calls[5000..<end] { store.append(call) }
    try await store.flush()
    #expect(end > rolled)
    return Array(calls.prefix(end))
}
