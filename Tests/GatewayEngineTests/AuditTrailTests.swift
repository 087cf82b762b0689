// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Synchronization
import Testing

@testable import GatewayEngine

final class MemoryAuditLog: AuditLog {
    private let kept = Mutex<[AuditEvent]>([])
    var events: [AuditEvent] { kept.withLock { $0 } }
    func append(_ event: AuditEvent) { kept.withLock { $0.append(event) } }
}

struct AuditTrailTests {
    private let log = MemoryAuditLog()
    private let peer = PeerIdentity(pid: 1, uid: 1000, gid: 1000)

    @Test func `some come at once, then one now and then, and what was left out is counted`() {
        var allowance = AuditAllowance(atOnce: 3, millisecondsEach: 100)
        func ask(_ now: Int, _ uid: UInt32 = 1) -> AuditAllowance.Verdict { allowance.ask(uid, now: now) }
        for _ in 0..<3 { #expect(ask(1000) == .write(leftOut: 0)) }
        for _ in 0..<5 { #expect(ask(1099) == .leaveOut) }
        #expect(ask(1099, 2) == .write(leftOut: 0), "each uid has its own")
        #expect(ask(1100) == .write(leftOut: 5))
        #expect(ask(1150) == .leaveOut)
        #expect(ask(1200) == .write(leftOut: 1))
        #expect(ask(500) == .leaveOut, "a clock that goes back gives nothing")
        for _ in 0..<3 { guard case .write = ask(100_000) else { Issue.record("full again"); return } }
        #expect(ask(100_000) == .leaveOut)
    }

    @Test func `many uids are held in little room, and quiet ones make place`() {
        var allowance = AuditAllowance(atOnce: 1, millisecondsEach: 100)
        for uid in 0..<1024 as Range<UInt32> { #expect(allowance.ask(uid, now: 0) == .write(leftOut: 0)) }
        #expect(allowance.ask(5000, now: 0) == .leaveOut)
        #expect(allowance.ask(5000, now: 100) == .write(leftOut: 0))
    }

    @Test func `a denied call is on record, unless it was a diversion, which is already`() {
        let trail = AuditTrail(log: log, clock: testClock)
        trail.denied(GatewayFailure(.permissionDenied, "No."), by: peer, method: "chat.completions.create")
        trail.denied(.diverted(key: "k", "No."), by: peer, method: "chat.completions.create")
        #expect(log.events == [AuditEvent(.callDenied, by: peer, of: "chat.completions.create", detail: "No.")])
    }

    @Test func `a flood of denials becomes a few entries that tell how many there were`() {
        let time = Atomic<UInt64>(0)
        let clock = GatewayClock(
            monotonicNanoseconds: { time.load(ordering: .relaxed) }, wallMilliseconds: { 0 })
        let trail = AuditTrail(log: log, clock: clock)
        for _ in 0..<52 { trail.denied(GatewayFailure(.permissionDenied, "No."), by: peer, method: "m") }
        #expect(log.events.count == 10)
        time.store(10_000_000_000, ordering: .relaxed)
        trail.denied(GatewayFailure(.permissionDenied, "No."), by: peer, method: "m")
        #expect(log.events.last?.detail == "No. (and 42 more)")
    }

    @Test func `a diversion names the key; texts of a caller's making are cut`() {
        let trail = AuditTrail(log: log, clock: testClock)
        trail.diverted(.diverted(key: "k", String(repeating: "é", count: 10_000)), by: peer)
        trail.diverted(GatewayFailure(.permissionDenied, "No."), by: peer)
        #expect(log.events.map(\.kind) == [.keyDiverted])
        #expect(log.events.map(\.subject) == ["k"])
        #expect(log.events[0].detail.utf8.count < 600)
    }
}
