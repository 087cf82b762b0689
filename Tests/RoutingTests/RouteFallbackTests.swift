// SPDX-License-Identifier: Apache-2.0
import Routing
import Testing

@Suite struct RouteFallbackTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let codes: Set<Int>?
        let script: [Scripted]
        let asked: [Int]
        var testDescription: String { "\(codes.map { "\($0.sorted())" } ?? "any"): \(script)" }
    }

    static let cases = [
        Case(codes: nil, script: [.status(200)], asked: [0]),
        Case(codes: nil, script: [.status(246)], asked: [0]),
        Case(codes: nil, script: [.status(301)], asked: [0, 1]),
        Case(codes: nil, script: [.status(401)], asked: [0, 1]),
        Case(codes: nil, script: [.status(500), .status(429)], asked: [0, 1, 2]),
        Case(codes: nil, script: [.status(500), .status(503), .status(429)], asked: [0, 1, 2]),
        Case(codes: nil, script: [.broken, .timeout], asked: [0, 1, 2]),
        Case(codes: nil, script: [.fault], asked: [0]),
        Case(codes: nil, script: [.status(500), .fault], asked: [0, 1]),
        Case(codes: [429], script: [.status(429)], asked: [0, 1]),
        Case(codes: [429], script: [.status(500)], asked: [0]),
        Case(codes: [429], script: [.broken], asked: [0]),
        Case(codes: [429], script: [.timeout], asked: [0]),
        Case(codes: [200], script: [.status(200), .status(200)], asked: [0, 1, 2]),
        Case(codes: [200], script: [.status(200), .status(201)], asked: [0, 1]),
        Case(codes: [500], script: [.broken], asked: [0, 1]),
        Case(codes: [502], script: [.broken], asked: [0, 1]),
        Case(codes: [503], script: [.broken], asked: [0, 1]),
        Case(codes: [504], script: [.broken], asked: [0]),
        Case(codes: [408], script: [.timeout], asked: [0, 1]),
        Case(codes: [408], script: [.status(408)], asked: [0, 1]),
        Case(codes: [], script: [.status(500)], asked: [0]),
    ]

    @Test(arguments: cases)
    func `a fallback moves on as its codes say`(_ test: Case) {
        var driver = RouteDriver(.branch(.fallback(codes: test.codes), Tree.leaves(3)))
        let end = driver.run(test.script)
        #expect(driver.asked == test.asked)
        #expect(end == .finish(TryID(number: test.asked.count - 1), losing: nil), "the last answer is the call's")
    }

    @Test func `a fallback inside another hands its last failure up`() {
        let inner = Tree.branch(.fallback(codes: [429]), Tree.leaves(2))
        var driver = RouteDriver(.fallback([inner, .leaf]))
        #expect(driver.run([.status(429), .status(500)]) == .finish(2, losing: nil))
        #expect(driver.asked == [0, 1, 2])

        driver = RouteDriver(.branch(.fallback(codes: [429]), [inner, .leaf]))
        #expect(driver.run([.status(429), .status(500)]) == .finish(1, losing: nil), "500 is not listed above either")
    }

    @Test func `single asks the first target and no other`() {
        var driver = RouteDriver(.branch(.single, Tree.leaves(2)))
        #expect(driver.run([.status(500)]) == .finish(0, losing: nil))
        #expect(driver.asked == [0])
    }

    @Test func `after chunks were sent nothing else is tried`() {
        var driver = RouteDriver(.fallback(Tree.leaves(2)))
        #expect(driver.start() == .attempt(0, target: 0, hedgeAfter: nil))
        #expect(driver.mayStream(0) == .send(losing: nil))
        #expect(driver.ended(0, .broken) == .finish(0, losing: nil))

        driver.renew()
        _ = driver.start()
        #expect(driver.ended(0, TryResult(end: .broken, hasSentChunks: true)) == .finish(0, losing: nil))
    }

    @Test func `a stream whose status is listed is kept back`() {
        var driver = RouteDriver(.branch(.fallback(codes: [200]), Tree.leaves(2)))
        _ = driver.start()
        #expect(driver.mayStream(0, 200) == .hold)
        #expect(driver.ended(0, .status(200)) == .attempt(1, target: 1, hedgeAfter: nil))
        #expect(driver.mayStream(1, 201) == .send(losing: nil))

        driver.renew()
        _ = driver.start()
        _ = driver.ended(0, .status(200))
        #expect(driver.mayStream(1, 200) == .hold)
        #expect(driver.ended(1, .status(200)) == .finish(1, losing: nil), "it is the last one: send it after all")
    }

    @Test func `after cancel nothing is tried`() {
        var driver = RouteDriver(.fallback(Tree.leaves(2)))
        _ = driver.start()
        driver.cancel()
        #expect(driver.ended(0, .status(500)) == .pending)
        #expect(driver.waited() == .pending)
        #expect(driver.hedgeDue(0) == nil)
        #expect(driver.mayStream(0) == .hold)
        #expect(driver.route.tries == 1)
    }

    @Test func `a call that is cancelled during a wait does not go on after it`() {
        var driver = RouteDriver(.leaf { $0.retry = RetryRule(attempts: 1) })
        _ = driver.start()
        #expect(driver.ended(0, .status(500)).isWait)
        driver.cancel()
        #expect(driver.waited() == .pending)
    }

    @Test func `an end that is told twice says nothing new`() {
        var driver = RouteDriver(.fallback(Tree.leaves(2)))
        _ = driver.start()
        #expect(driver.ended(0, .status(500)) == .attempt(1, target: 1, hedgeAfter: nil))
        #expect(driver.ended(0, .status(500)) == .pending)
        #expect(driver.ended(1, .status(200)) == .finish(1, losing: nil))
        #expect(driver.ended(1, .status(200)) == .pending)
    }

    @Test func `an unusable leaf that is the first ends the call with its own error`() {
        var driver = RouteDriver(.fallback(Tree.leaves(2)))
        driver.candidates[0].isUsable = false
        #expect(driver.run() == .fail(.unusable(target: 0)))
        #expect(driver.asked == [])
    }

    @Test func `an unusable leaf after a failure is passed by`() {
        var driver = RouteDriver(.fallback(Tree.leaves(3)))
        driver.candidates[1].isUsable = false
        #expect(driver.run([.status(500)]) == .finish(1, losing: nil))
        #expect(driver.asked == [0, 2])

        driver.renew()
        driver.candidates[2].isUsable = false
        #expect(driver.run([.status(500)]) == .finish(0, losing: nil), "the answer that there is")
    }

    @Test func `a leaf that is absent from this call is passed by, also as the first`() {
        var driver = RouteDriver(.fallback(Tree.leaves(2)))
        driver.candidates[0].isAbsent = true
        driver.candidates[0].isUsable = false
        #expect(driver.run([.status(500)]) == .finish(0, losing: nil))
        #expect(driver.asked == [1])

        driver.renew()
        driver.candidates[1].isUsable = false
        #expect(driver.run() == .fail(.unusable(target: 1)), "what comes first then is the first")
    }
}
