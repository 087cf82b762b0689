// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import ProviderAdapters
import SimulationKit
import TestSupport

/// Everything that is not the gateway: providers, callers, the vault, the journal, the clocks; and the record of what they see.
// Sendable is sound: a simulation has one thread.
final class World: @unchecked Sendable {
    let scenario: Scenario
    let loop: SimulatedLoop
    let vault: SimulatedVault
    private(set) var trace: [TimedEvent] = []
    private(set) var hash = StableHash()
    private(set) var violation: String?
    private(set) var callsInFlight = 0
    private(set) var callsBegun = 0
    private var checker: Checker
    private var random: SeededRandom
    private var isHealed = false
    private var wallOffset = 0
    private var outages: [Int?] = [nil, nil, nil, nil]
    private var transfers: [Transfer?] = []
    private var running: [Int: (task: Task<Void, Never>, connection: Int)] = [:]
    private(set) var gateway: Gateway?
    /// The wall clock has not jumped yet.
    var hasTrueClock: Bool { wallOffset == 0 }
    var probes: ProbeCounts { checker.probes }

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        loop = SimulatedLoop(random: random.split())
        scenario = seed % Scenario.outagesEvery == 0 ? .fullOutage(random: &random) : Scenario(random: &random)
        vault = SimulatedVault(scenario.targets)
        // Those without a config follow the configs' facts: one for each target.
        checker = Checker(
            configs: scenario.configs.map { ConfigFacts($0) } + scenario.targets.indices.map { .direct(target: $0) },
            targets: scenario.targets.count)
        self.random = random
        do throws(GatewayFailure) { gateway = try Gateway(world: self, seed: self.random.next()) } catch {
            fail("a config was refused: \(error.message)")
        }
    }

    /// The simulated day begins at 2026-01-01T00:00:00Z.
    var wallMilliseconds: Int { 1_767_225_600_000 + Int(loop.now / 1_000_000) + wallOffset }
    var transfersInFlight: Int { transfers.count { $0 != nil } }

    // MARK: The record

    func record(_ event: Event) {
        let words = event.words
        hash.combine(loop.now)
        hash.combine(words.0)
        hash.combine(words.1)
        hash.combine(words.2)
        trace.append(TimedEvent(at: loop.now, event: event))
        if violation == nil { violation = checker.observe(event, at: loop.now) }
    }

    func fail(_ what: String) {
        if violation == nil { violation = what }
    }

    func endCheck() {
        if violation == nil { violation = checker.atTheEnd(ofFullOutage: scenario.isFullOutage) }
    }

    // MARK: The providers

    /// A request reaches a provider.
    func begin(_ request: UpstreamRequest) throws(GatewayFailure) -> Transfer {
        guard let mark = RequestMark(request.body), let target = target(of: request, mark) else {
            fail("a provider got a request that no caller made: \(request.url)")
            throw .callCancelled
        }
        let id = transfers.count
        record(.tryBegan(try: id, call: mark.call, target: target, leaf: max(0, mark.leaf)))
        let provider = scenario.providers[scenario.targets[target].provider]
        var writer = ScriptWriter(
            attempt: id, stream: mark.stream, second: Int(loop.now / 1_000_000_000), faults: isHealed ? .calm : provider.faults,
            random: random.split())
        let steps = writer.script(
            outage: outages[scenario.targets[target].provider], latency: isHealed ? 500...2_000 : provider.latency)
        let transfer = Transfer(id: id, world: self, steps: steps, asked: writer.asked, timeouts: request.timeouts)
        transfers.append(transfer)
        return transfer
    }

    func readerPaused() { checker.probes.hit(.readerPaused) }

    func settled(_ transfer: Transfer, _ outcome: TryOutcome) {
        transfers[transfer.id] = nil
        record(.tryEnded(try: transfer.id, outcome))
    }

    /// The target that a request went to, by its address, its key and its model; nil when they do not belong together.
    private func target(of request: UpstreamRequest, _ mark: RequestMark) -> Int? {
        let secret = request.credential?.secret.withExposedBytes { String(decoding: $0, as: UTF8.self) }
        return scenario.targets.firstIndex {
            request.url == $0.origin + "/v1/chat/completions" && secret == $0.secret && mark.model == $0.modelName
        }
    }

    // MARK: The callers

    /// Schedules all that the scenario says.
    func schedule() {
        for call in scenario.calls { loop.schedule(at: call.at) { [unowned self] in begin(call) } }
        for (index, connection) in scenario.connections.enumerated() {
            if let at = connection.hangUpAt { loop.schedule(at: at) { [unowned self] in hangUp(index) } }
        }
        for (index, provider) in scenario.providers.enumerated() {
            for outage in provider.outages {
                loop.schedule(at: outage.begin) { [unowned self] in setOutage(index, outage.kind) }
                loop.schedule(at: outage.end) { [unowned self] in setOutage(index, nil) }
            }
        }
        if let locked = scenario.lockedVault {
            loop.schedule(at: locked.begin) { [unowned self] in vault.isLocked = !isHealed }
            loop.schedule(at: locked.end) { [unowned self] in vault.isLocked = false }
        }
        if let jump = scenario.clockJump { loop.schedule(at: jump.at) { [unowned self] in jumpClock(jump.by) } }
    }

    private func jumpClock(_ milliseconds: Int) {
        wallOffset = milliseconds
        checker.probes.hit(.clockJumped)
    }

    /// From now on nothing goes wrong any more.
    func heal() {
        isHealed = true
        vault.isLocked = false
        for provider in outages.indices { outages[provider] = nil }
        record(.healed)
    }

    func begin(_ call: Scenario.Call) {
        guard let gateway else { return }
        let id = callsBegun
        callsBegun += 1
        callsInFlight += 1
        let engine = scenario.connections[call.connection].engine
        let facts = call.config < 0 ? scenario.configs.count + call.target : call.config
        record(.callBegan(call: id, engine: engine, config: facts, tier: call.tier))
        let sink = CallerSink(call: id, world: self, readTime: isHealed ? 0 : call.readTime)
        let task = loop.start { [unowned self] in
            let (end, report) = await gateway.perform(call, id, sink, on: engine)
            finished(id, end, report)
        }
        running[id] = (task, call.connection)
        if let after = call.cancelAfter, !isHealed { loop.schedule(after: after) { [unowned self] in cancel(id) } }
    }

    private func finished(_ id: Int, _ end: CallEnd, _ report: CallReport) {
        running[id] = nil
        callsInFlight -= 1
        switch end {
        case .response(let response): record(.callEnded(call: id, .response(try: attemptNumber(response.body[...]) ?? -1)))
        case .streamed: record(.callEnded(call: id, .streamed))
        case .failed(let failure):
            record(.callEnded(call: id, .failed(code: failure.code.code, status: failure.status)))
            hash.combine(failure.message)
        }
        hash.combine(report.traceID)
        if let decisions = report.decisions {
            for byte in decisions { hash.combine(UInt64(byte)) }
            checker.noteDecisions(decisions)
        }
    }

    private func cancel(_ id: Int) {
        guard !isHealed, let call = running[id] else { return }
        record(.callCancelled(call: id))
        call.task.cancel()
    }

    private func hangUp(_ connection: Int) {
        for id in running.keys.sorted() where running[id]?.connection == connection {
            cancel(id)
            checker.probes.hit(.hungUp)
        }
    }

    private func setOutage(_ provider: Int, _ kind: Int?) {
        if isHealed { return }
        outages[provider] = kind
        record(.outage(provider: provider, isOn: kind != nil))
    }
}

/// The caller's end of a stream.
final class CallerSink: ChunkSink {
    private let call: Int
    private unowned let world: World
    private let readTime: UInt64

    init(call: Int, world: World, readTime: UInt64) {
        self.call = call
        self.world = world
        self.readTime = readTime
    }

    func send(_ batch: borrowing ChunkBatch) async {
        var start = 0
        for end in batch.ends {
            let piece = batch.bytes[start..<end]
            start = end
            guard let attempt = attemptNumber(piece), let number = chunkNumber(piece) else {
                return world.fail("call \(call) got a chunk that no provider sent")
            }
            world.record(.chunk(call: call, try: attempt, number: number))
        }
        if readTime > 0 { try? await world.loop.sleep(nanoseconds: readTime) }
    }
}

/// Which try an answer or a chunk is from: `{"id":"x12",`.
func attemptNumber(_ bytes: ArraySlice<UInt8>) -> Int? { number(in: bytes, after: #"{"id":"x"#) }

/// `"content":"3"`.
private func chunkNumber(_ bytes: ArraySlice<UInt8>) -> Int? {
    let mark = Array(#""content":""#.utf8)
    guard let range = bytes.firstRange(of: mark) else { return nil }
    return number(in: bytes[range.lowerBound...], after: #""content":""#)
}

private func number(in bytes: ArraySlice<UInt8>, after mark: String) -> Int? {
    guard bytes.starts(with: mark.utf8) else { return nil }
    let digits = bytes.dropFirst(mark.utf8.count).prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? nil : digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
}
