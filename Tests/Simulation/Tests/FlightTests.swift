// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Simulation

@Suite struct FlightSimulationTests {
    @Test func `no promise to identical requests is broken in the first worlds`() {
        for result in runSeeds(start: 1, count: 500, jobs: 2, { simulateFlights(seed: $0) }) {
            if let failure = result.failure { Issue.record("\(failure)") }
        }
    }

    @Test func `the same seed gives the same world`() {
        let hashes = (1...20).map { simulateFlights(seed: $0).hash }
        #expect(Set(hashes).count == 20)
        #expect(hashes == (1...20).map { simulateFlights(seed: $0).hash })
    }

    static let ask = Ask(scope: 0, prompt: 0, stream: true, limit: 0)
    static let other = Ask(scope: 1, prompt: 0, stream: true, limit: 0)
    static let started = FlightEvent.started(flight: 0, ask, by: 0, isFast: true)
    static let follows = FlightEvent.boarded(caller: 1, ask, leads: false, isFast: false)
    static let piece = FlightEvent.arrived(flight: 0, chunks: 2, bytes: 20, gap: 0)
    static func got(_ caller: Int, _ chunk: Int) -> FlightEvent { .got(caller: caller, flight: 0, chunk: chunk) }

    @Test(arguments: [
        ([started, .started(flight: 1, ask, by: 1, isFast: true)], "started beside 0"),
        ([started, .boarded(caller: 1, other, leads: false, isFast: true)], "there is no flight"),
        ([started, piece, got(0, 0)], "before the beginning"),
        ([started, .began(caller: 0), .began(caller: 0)], "late or twice"),
        ([started, .began(caller: 0), piece, got(0, 1)], "chunk 1 after 0"),
        ([started, .began(caller: 0), piece, got(0, 0), got(0, 0)], "chunk 0 after 1"),
        ([started, .began(caller: 0), piece, .got(caller: 0, flight: 3, chunk: 0)], "of flight 3, not of 0"),
        ([started, .heardEnd(caller: 0, .streamed, bill: 0)], "which goes on"),
        ([started, piece, .ended(flight: 0, fails: false), .heardEnd(caller: 0, .streamed, bill: 2)], "got 0 of 2"),
        ([started, .ended(flight: 0, fails: true), .heardEnd(caller: 0, .streamed, bill: 0)], "another end"),
        ([started, .ended(flight: 0, fails: true), .heardEnd(caller: 0, .failed, bill: 4)], "billed 4 and served 0"),
        ([started, follows, .cancelled(flight: 0)], "cancelled with"),
        ([started, .leaving(caller: 0), .left(caller: 0, bill: 0)], "goes on with nobody"),
        ([started, .heardEnd(caller: 0, .fellBehind, bill: nil)], "keeps up and was given up"),
        ([started, .stored(flight: 0, until: 9), .ended(flight: 0, fails: false), .started(flight: 1, ask, by: 1, isFast: true)],
            "is stored"),
        ([started, .kept(1_000_000)], "bytes are kept"),
        ([started], "never heard"),
        ([started, .ended(flight: 0, fails: true), .heardEnd(caller: 0, .failed, bill: nil)], "0 bills"),
    ] as [([FlightEvent], String)])
    func `a breach is seen`(_ events: [FlightEvent], _ part: String) {
        var checker = FlightChecker()
        var verdict: String?
        for event in events where verdict == nil { verdict = checker.observe(event, at: 0) }
        let found = verdict ?? checker.atTheEnd()
        #expect(found?.contains(part) == true, "\(found ?? "nothing")")
    }
}
