// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Simulation

/// The checker sees each breach: without that, a run without a violation says nothing.
@Suite struct CheckerTests {
    /// Two leaves at two targets: `retry` of the first, a fallback between them.
    static func config(_ change: (inout ConfigTree) -> Void = { _ in }) -> ConfigTree {
        var tree = ConfigTree(mode: .fallback)
        tree.children = [ConfigTree(leaf: 0, target: 0), ConfigTree(leaf: 1, target: 1)]
        tree.children[0].retry = RetrySettings(attempts: 1, codes: nil, usesRetryAfter: true)
        change(&tree)
        return tree
    }

    /// What the checker says of these events of call 0, which come a second apart.
    static func verdict(_ events: [Event], _ tree: ConfigTree = config(), atTheEnd: Bool = false) -> String? {
        var checker = Checker(configs: [ConfigFacts(tree)], targets: 2)
        var now: UInt64 = 0
        for event in [.callBegan(call: 0, engine: 0, config: 0, tier: 0)] + events {
            now += 1_000_000_000
            if let violation = checker.observe(event, at: now) { return violation }
        }
        return atTheEnd ? checker.atTheEnd(ofFullOutage: false) : nil
    }

    static let began = Event.tryBegan(try: 0, call: 0, target: 0, leaf: 0)
    static let again = Event.tryBegan(try: 1, call: 0, target: 0, leaf: 0)
    static let answered = Event.tryAnswered(try: 0, status: 200, wait: nil)
    static let complete = Event.tryEnded(try: 0, .complete)
    static let replied = Event.callEnded(call: 0, .response(try: 0))
    static let row = Event.row(call: 0, JournalRow(input: 0, output: 0, attempts: 1, chunks: 0, status: 200))

    @Test func `a good call is fine`() {
        #expect(Self.verdict([Self.began, Self.answered, Self.complete, Self.row, Self.replied], atTheEnd: true) == nil)
    }

    @Test(arguments: [
        ([began, answered, complete, again], "a try after success"),
        ([.callCancelled(call: 0), began], "a try after cancel"),
        ([began, answered, complete, replied, again], "a try after the reply"),
        ([began, answered, .chunk(call: 0, try: 0, number: 0), .tryEnded(try: 0, .broken), again], "first chunk was sent on"),
        ([.tryBegan(try: 0, call: 0, target: 1, leaf: 0)], "does not lead to leaf 0 at target 1"),
        ([began, again], "beside another one without a hedge"),
        ([began, .tryAnswered(try: 0, status: 400, wait: nil), complete, again], "a retry after [400]"),
        ([began, .tryAnswered(try: 0, status: 429, wait: 5000), complete, again], "asked to wait 5000 ms"),
        ([began, answered, .chunk(call: 0, try: 0, number: 1)], "chunk 1 after 0"),
        ([began, answered, complete, replied, replied], "a second reply"),
        ([began, answered, replied], "in flight after its reply"),
        ([began, .tryEnded(try: 0, .broken), replied], "did not succeed"),
        ([began, answered, complete, .callEnded(call: 0, .streamed)], "cut ended well"),
        ([.callEnded(call: 0, .failed(code: 1305, status: 400))], "no_route"),
        ([.callEnded(call: 0, .failed(code: 1304, status: 503))], "circuit_open, but the breaker of leaf"),
        ([.callCancelled(call: 0), .callEnded(call: 0, .failed(code: 1401, status: 499))], "went on for 1000000000 ns"),
        ([.callEnded(call: 0, .failed(code: 1401, status: 499))], "cancelled by nobody"),
        ([.healed, .callEnded(call: 0, .failed(code: 1303, status: 502))], "though all is well"),
        ([began, answered, .served(try: 0, input: 7, output: 1), complete, row], "billed 0+0, served 7+1"),
        ([began, answered, complete, row, replied, row], "2 rows"),
        ([row], "1 tries in the journal, 0 seen"),
        ([began, answered, complete, replied], "0 rows"),
        ([began], "got no reply"),
    ] as [([Event], String)])
    func `a breach is seen`(_ events: [Event], _ part: String) {
        let verdict = Self.verdict(events, atTheEnd: true)
        #expect(verdict?.contains(part) == true, "\(verdict ?? "nothing")")
    }

    @Test func `going on to another leaf after what is not listed is seen`() {
        let next = Event.tryBegan(try: 1, call: 0, target: 1, leaf: 1)
        let events = [Self.began, .tryAnswered(try: 0, status: 503, wait: nil), Self.complete, next]
        #expect(Self.verdict(events) == nil)
        #expect(Self.verdict(events, Self.config { $0.codes = [429] })?.contains("went on to leaf 1 after [503]") == true)
        #expect(Self.verdict(events, Self.config { $0.mode = .loadbalance }) != nil)
    }

    @Test func `more tries than the config allows are seen`() {
        let third = Event.tryBegan(try: 2, call: 0, target: 0, leaf: 0)
        let events = [Self.began, .tryEnded(try: 0, .broken), Self.again, .tryEnded(try: 1, .broken), third]
        #expect(Self.verdict(events)?.contains("leaf 0 is asked 3 times") == true)
    }
}

@Suite struct BreakerModelTests {
    static let rule = BreakerSettings(failures: 2, cooldownMilliseconds: 30_000)
    static let second: UInt64 = 1_000_000_000

    /// A breaker that two failures have opened at second 2.
    static var opened: BreakerModel {
        var breaker = BreakerModel()
        for attempt in 0..<2 {
            let now = second * UInt64(attempt + 1)
            _ = breaker.began(attempt, isLastResort: false, at: now - 1)
            breaker.ended(attempt, begun: now - 1, isFailure: true, rule, at: now)
        }
        return breaker
    }

    @Test func `a try at an open breaker is wrong, unless it is the last resort`() {
        var breaker = Self.opened
        guard case .wrong = breaker.began(2, isLastResort: false, at: 31 * Self.second) else {
            Issue.record("not seen")
            return
        }
        #expect(breaker.began(2, isLastResort: true, at: 31 * Self.second) == .lastResort)
    }

    @Test func `of two tries at one instant the one that cannot be the last resort is the probe`() {
        var breaker = Self.opened
        _ = breaker.began(2, isLastResort: true, at: 32 * Self.second)
        #expect(breaker.began(3, isLastResort: false, at: 32 * Self.second) == .isProbe)
        breaker.ended(2, begun: 32 * Self.second, isFailure: false, Self.rule, at: 33 * Self.second)
        #expect(!breaker.isClosed)
        breaker.ended(3, begun: 32 * Self.second, isFailure: false, Self.rule, at: 34 * Self.second)
        #expect(breaker.isClosed)
    }

    @Test func `one probe at a time, and its end decides`() {
        var breaker = Self.opened
        #expect(breaker.began(2, isLastResort: false, at: 32 * Self.second) == .isProbe)
        guard case .wrong = breaker.began(3, isLastResort: false, at: 33 * Self.second) else {
            Issue.record("not seen")
            return
        }
        breaker.ended(2, begun: 32 * Self.second, isFailure: nil, Self.rule, at: 34 * Self.second)
        #expect(breaker.began(4, isLastResort: false, at: 35 * Self.second) == .isProbe)
        breaker.ended(4, begun: 35 * Self.second, isFailure: true, Self.rule, at: 36 * Self.second)
        guard case .wrong = breaker.began(5, isLastResort: false, at: 95 * Self.second) else {
            Issue.record("the second opening lasts twice as long")
            return
        }
        #expect(breaker.began(6, isLastResort: false, at: 96 * Self.second) == .isProbe)
        breaker.ended(6, begun: 96 * Self.second, isFailure: false, Self.rule, at: 97 * Self.second)
        #expect(breaker.isClosed)
    }
}
