// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Routing

@Suite struct BreakerTests {
    private let three = BreakerRule(failures: 3, cooldownMilliseconds: 60_000)

    @Test func `ten failures in a row open it for thirty seconds, and a probe's success closes it`() {
        BreakerScript.run(
            nil,
            """
            0    | fail 9    | closed
            1    | begin a   | open
            1    | a broken  | open
            1    | ask       | refused until 31
            30.9 | begin b   | refused until 31
            31   | ask       | probe
            31   | begin p   | probe
            31   | begin q   | refused until 32
            33   | p 200     | closed
            33   | begin q   | open
            33   | fail 8    | closed
            34   | q 503     | closed
            34   | fail 1    | open
            34   | ask       | refused until 64
            """)
    }

    @Test func `half of at least twenty requests open it, fewer do not`() {
        BreakerScript.run(
            nil,
            """
            0 | fail 9     | closed
            0 | succeed 9  | closed
            0 | fail 1     | closed
            1 | succeed 1  | open
            """)
        BreakerScript.run(
            nil,
            """
            0 | fail 9     | closed
            0 | succeed 11 | closed
            0 | fail 1     | closed
            0 | fail 1     | open
            """)
    }

    @Test func `what is older than the window is forgotten, and it begins with a failure`() {
        BreakerScript.run(
            nil,
            """
            0    | succeed 99 | closed
            1    | fail 9     | closed
            1    | succeed 5  | closed
            31.1 | fail 9     | closed
            31.1 | succeed 9  | closed
            31.1 | fail 1     | closed
            31.1 | fail 1     | open
            """)
    }

    @Test func `each opening by a failed probe is twice as long, up to ten times, and closing starts anew`() {
        BreakerScript.run(
            three,
            """
            0    | fail 3   | open
            0    | ask      | refused until 60
            60   | fail 1   | open
            60   | ask      | refused until 180
            180  | fail 1   | open
            180  | ask      | refused until 420
            420  | fail 1   | open
            420  | ask      | refused until 900
            900  | fail 1   | open
            900  | ask      | refused until 1500
            1500 | fail 1   | open
            1500 | ask      | refused until 2100
            2100 | succeed 1| closed
            2100 | fail 3   | open
            2100 | ask      | refused until 2160
            """)
    }

    @Test(arguments: ["cancelled", "429", "400", "401", "404"])
    func `a probe that says nothing of the target frees its place, and the next request probes`(end: String) {
        BreakerScript.run(
            three,
            """
            0  | fail 3      | open
            60 | begin p     | probe
            61 | begin q     | refused until 62
            62 | p \(end)    | half_open
            62 | ask         | probe
            62 | begin q     | probe
            62 | begin r     | refused until 63
            63 | q \(end)    | half_open
            99 | begin r     | probe
            99 | r 500       | open
            99 | ask         | refused until 219
            """)
    }

    @Test func `a late result from before it opened neither closes it, nor fails the probe, nor counts after it`() {
        BreakerScript.run(
            three,
            """
            0   | begin a  | open
            0   | begin b  | open
            0   | begin c  | open
            0   | begin d  | open
            0   | begin e  | open
            0   | begin f  | open
            1   | fail 3   | open
            2   | a 200    | open
            3   | b 500    | open
            61  | ask      | probe
            61  | begin p  | probe
            61  | c 500    | half_open
            62  | d 200    | half_open
            63  | begin q  | refused until 64
            63  | p 200    | closed
            64  | e 500    | closed
            64  | f broken | closed
            64  | fail 2   | closed
            64  | fail 1   | open
            """)
    }

    @Test func `the first bytes of a probe are enough, and its end counts no more`() {
        BreakerScript.run(
            three,
            """
            0   | fail 3    | open
            60  | begin p   | probe
            61  | p heard   | closed
            61  | begin a   | open
            62  | p broken  | closed
            62  | fail 2    | closed
            62  | a heard   | closed
            63  | a 500     | open
            """)
    }

    @Test func `a last resort is asked while it is open and decides nothing`() {
        BreakerScript.run(
            three,
            """
            0   | fail 3        | open
            1   | last-resort a | open
            2   | a 200         | open
            2   | last-resort b | open
            3   | b 500         | open
            60  | ask           | probe
            """)
    }

    @Test func `opened and closed by hand, and a probe from before it decides nothing`() {
        BreakerScript.run(
            three,
            """
            0   | fail 2    | closed
            0   | trip 5    | open
            0   | ask       | refused until 5
            5   | begin p   | probe
            6   | trip 5    | open
            7   | p 200     | open
            11  | begin q   | probe
            12  | p 500     | half_open
            12  | reset     | closed
            13  | q 500     | closed
            13  | fail 2    | closed
            13  | fail 1    | open
            13  | reset     | closed
            13  | ask       | open
            """)
    }

    @Test(arguments: [
        (nil, "500", true), (nil, "529", true), (nil, "broken", true), (nil, "timed-out", true), (nil, "200", false),
        (nil, "429", false), (nil, "408", false), (nil, "401", false), (nil, "302", false), (nil, "cancelled", false),
        ([429], "429", true), ([429], "500", false), ([429], "broken", false), ([429], "timed-out", false),
        ([408], "timed-out", true), ([502], "broken", true), ([], "500", false), ([200], "200", true),
        ([401, 403], "401", false), ([401, 403], "403", false), ([500], "cancelled", false),
    ] as [(Set<Int>?, String, Bool)])
    func `what counts as a failure`(codes: Set<Int>?, end: String, isFailure: Bool) {
        let rule = BreakerRule(failures: 1, cooldownMilliseconds: 30_000, codes: codes)
        BreakerScript.run(
            rule,
            """
            0 | begin a  | open
            0 | a \(end) | \(isFailure ? "open" : "closed")
            """)
    }

    @Test(arguments: [(Int.min, 30), (0, 30), (29_999, 30), (45_000, 45), (Int.max, 86_400)])
    func `a cooldown is brought to between thirty seconds and a day`(milliseconds: Int, seconds: Int) {
        BreakerScript.run(
            BreakerRule(failures: 1, cooldownMilliseconds: milliseconds),
            """
            0 | fail 1 | open
            0 | ask    | refused until \(seconds)
            """)
    }
}
