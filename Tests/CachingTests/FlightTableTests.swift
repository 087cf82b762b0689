// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayModel
import Testing

@Suite struct FlightTableTests {
    /// What is told to a table, and what it must answer. Passengers are named in the order in which they board.
    enum Step: Sendable, CustomTestStringConvertible {
        case joins(String, key: Int, leads: Bool)
        case began(wakes: [String])
        case arrives(Int, wakes: [String])
        case ends(fails: Bool, wakes: [String])
        case hears(String, String)
        case leaves(String, accounts: Bool, isAbandoned: Bool)
        case mayGoOn(Bool)

        var testDescription: String { "\(self)" }
    }

    static let end = FlightEnd(.streamed, status: 200, usage: Usage(outputTokens: 3))
    static let failure = FlightEnd(.failed(GatewayFailure(.upstreamError, "no")), status: 500)

    static func pieces(_ number: Int, bytes: Int = 10) -> FlightPieces {
        var batch = ChunkBatch()
        batch.bytes = [UInt8](repeating: UInt8(number), count: bytes)
        batch.endChunk()
        batch.usage.outputTokens = number
        return FlightPieces(copying: batch)
    }

    static func key(_ number: Int) -> CacheKey { CacheKey(words: (UInt64(number), 0, 0, 0)) }

    static func name(_ news: (news: FlightNews?, wakesPilot: Bool)) -> String {
        let text =
            switch news.news {
            case nil: "nothing"
            case .began(let head): "began \(head.status)"
            case .pieces(let pieces): "piece \(pieces.batch.bytes.first ?? 0)"
            case .ended(let end, let accounts):
                switch end.outcome {
                case .failed(let failure): "\(failure.code.name)\(accounts ? ", accounts" : "")"
                default: "end\(accounts ? ", accounts" : "")"
                }
            }
        return news.wakesPilot ? text + ", wakes pilot" : text
    }

    /// Runs a story; all that is told of a flight is told of the one that was started last.
    private func run(_ steps: [Step], limits: FlightLimits = FlightLimits()) throws -> FlightTable {
        var table = FlightTable(limits: limits)
        var passengers: [String: PassengerID] = [:]
        var flight: FlightID?
        func check(_ woken: [PassengerID], _ names: [String], _ step: Step) {
            #expect(woken == names.compactMap { passengers[$0] }, "\(step)")
        }
        for step in steps {
            var woken: [PassengerID] = []
            switch step {
            case .joins(let name, let key, let leads):
                let joined = table.join(Self.key(key))
                #expect(joined.leads == leads, "\(step)")
                passengers[name] = joined.passenger
                if leads { flight = joined.passenger.flight }
            case .began(let names):
                table.began(try #require(flight), FlightHead(status: 200), wake: &woken)
                check(woken, names, step)
            case .arrives(let number, let names):
                table.arrived(try #require(flight), Self.pieces(number), wake: &woken)
                check(woken, names, step)
            case .ends(let fails, let names):
                table.ended(try #require(flight), fails ? Self.failure : Self.end, wake: &woken)
                check(woken, names, step)
            case .hears(let name, let news): #expect(Self.name(table.next(try #require(passengers[name]))) == news, "\(step)")
            case .leaves(let name, let accounts, let isAbandoned):
                let departure = table.leave(try #require(passengers[name]))
                #expect((departure.account != nil) == accounts, "\(step)")
                #expect(departure.isAbandoned == isAbandoned, "\(step)")
            case .mayGoOn(let may): #expect(table.mayGoOn(try #require(flight)) == may, "\(step)")
            }
        }
        return table
    }

    @Test(arguments: [
        // Two of one key share, one of another does not.
        [.joins("a", key: 1, leads: true), .joins("b", key: 1, leads: false), .joins("c", key: 2, leads: true)],
        // Only who waits is woken, and once.
        [
            .joins("a", key: 1, leads: true), .joins("b", key: 1, leads: false), .hears("a", "nothing"),
            .began(wakes: ["a"]), .arrives(1, wakes: []), .hears("a", "began 200"), .hears("a", "piece 1"),
            .hears("a", "nothing"), .arrives(2, wakes: ["a"]), .hears("b", "began 200"), .hears("b", "piece 1"),
            .hears("b", "piece 2"), .hears("b", "nothing"),
        ],
        // Who joins late gets what came so far.
        [
            .joins("a", key: 1, leads: true), .began(wakes: []), .arrives(1, wakes: []), .arrives(2, wakes: []),
            .joins("b", key: 1, leads: false), .hears("b", "began 200"), .hears("b", "piece 1"), .hears("b", "piece 2"),
            .hears("b", "nothing"), .ends(fails: false, wakes: ["b"]), .hears("b", "end"),
        ],
        // The first one accounts; after the end the next request begins anew.
        [
            .joins("a", key: 1, leads: true), .joins("b", key: 1, leads: false), .ends(fails: false, wakes: []),
            .joins("c", key: 1, leads: true), .hears("b", "end"), .hears("a", "end, accounts"),
        ],
        // The leader leaves and nobody notices; the next one accounts.
        [
            .joins("a", key: 1, leads: true), .joins("b", key: 1, leads: false), .hears("b", "nothing"),
            .leaves("a", accounts: false, isAbandoned: false), .arrives(1, wakes: ["b"]), .hears("b", "piece 1"),
            .ends(fails: false, wakes: []), .hears("b", "end, accounts"),
        ],
        // Who was to account and leaves without having heard does so when it leaves.
        [
            .joins("a", key: 1, leads: true), .joins("b", key: 1, leads: false), .ends(fails: false, wakes: []),
            .leaves("a", accounts: true, isAbandoned: false), .hears("b", "end"),
            .leaves("b", accounts: false, isAbandoned: false),
        ],
        // The last one to leave ends the call, once, and a new request starts a new one at once.
        [
            .joins("a", key: 1, leads: true), .joins("b", key: 1, leads: false),
            .leaves("b", accounts: false, isAbandoned: false), .leaves("a", accounts: true, isAbandoned: true),
            .leaves("a", accounts: false, isAbandoned: false), .arrives(1, wakes: []), .ends(fails: false, wakes: []),
            .joins("c", key: 1, leads: true),
        ],
        // An error is everybody's; what came before it comes before it.
        [
            .joins("a", key: 1, leads: true), .joins("b", key: 1, leads: false), .arrives(1, wakes: []),
            .ends(fails: true, wakes: []), .hears("a", "piece 1"), .hears("a", "upstream_error, accounts"),
            .hears("b", "piece 1"), .hears("b", "upstream_error"),
        ],
        // An end is told once.
        [
            .joins("a", key: 1, leads: true), .ends(fails: false, wakes: []), .ends(fails: true, wakes: []),
            .hears("a", "end, accounts"),
        ],
    ] as [[Step]])
    func `what happens, and what follows`(_ steps: [Step]) throws {
        _ = try run(steps)
    }

    @Test func `past its history a flight takes nobody more, and forgets what everybody has`() throws {
        var limits = FlightLimits()
        (limits.history, limits.ahead, limits.behind) = (600, 10_000, 20_000)
        var story: [Step] = [.joins("a", key: 1, leads: true)]
        for number in 1...2 { story += [.arrives(number, wakes: []), .hears("a", "piece \(number)")] }
        story += [.joins("b", key: 1, leads: false), .arrives(3, wakes: []), .hears("a", "piece 3")]
        #expect(try run(story, limits: limits).counts.bytes > 600)
        for number in 1...3 { story.append(.hears("b", "piece \(number)")) }
        for number in 4...9 {
            story += [.arrives(number, wakes: []), .hears("a", "piece \(number)"), .hears("b", "piece \(number)")]
        }
        #expect(try run(story, limits: limits).counts.bytes <= 2 * Self.pieces(1).cost)
        _ = try run(story + [.joins("c", key: 1, leads: true), .joins("d", key: 1, leads: false)], limits: limits)
    }

    @Test func `a provider is waited with for the fastest passenger, never for a slow one`() throws {
        var limits = FlightLimits()
        (limits.history, limits.ahead) = (5_000, 2 * Self.pieces(1).cost)
        _ = try run(
            [
                .joins("a", key: 1, leads: true), .joins("b", key: 1, leads: false), .arrives(1, wakes: []),
                .arrives(2, wakes: []), .mayGoOn(true), .arrives(3, wakes: []), .mayGoOn(false),
                .hears("b", "piece 1, wakes pilot"), .hears("a", "piece 1"), .mayGoOn(true), .arrives(4, wakes: []),
                .mayGoOn(false), .leaves("b", accounts: false, isAbandoned: false), .hears("a", "piece 2, wakes pilot"),
            ], limits: limits)
    }

    @Test func `who is too far behind loses its seat, and hears that even when the flight has gone`() throws {
        var limits = FlightLimits()
        (limits.history, limits.ahead, limits.behind) = (500, 500, 1_000)
        var story: [Step] = [.joins("a", key: 1, leads: true), .joins("slow", key: 1, leads: false), .hears("slow", "nothing")]
        for number in 1...6 {
            story += [.arrives(number, wakes: number == 1 ? ["slow"] : []), .hears("a", "piece \(number)")]
        }
        story += [.ends(fails: false, wakes: []), .hears("a", "end, accounts"), .hears("slow", "overloaded")]
        #expect(try run(story, limits: limits).isEmpty)
    }

    @Test func `what the last one leaves behind has a bill of what came`() {
        var table = FlightTable()
        let (passenger, _) = table.join(Self.key(1))
        var woken: [PassengerID] = []
        table.sent(passenger.flight)
        table.began(passenger.flight, FlightHead(status: 200, responseModel: "m"), wake: &woken)
        table.arrived(passenger.flight, Self.pieces(7), wake: &woken)
        let account = table.leave(passenger).account
        #expect(account?.wasSent == true)
        #expect(account?.usage.outputTokens == 7)
        #expect(account?.responseModel == "m")
        #expect(account?.chunks == 1)
        #expect(table.isEmpty)
    }

    @Test func `each term has a part in the key of a flight`() {
        func key(
            _ credential: FlightTerms.Credential = .virtualKey("k"), _ stream: Bool = true, _ options: String? = nil,
            _ limits: [Int?] = [1, nil], _ answer: Int = 1
        ) -> CacheKey {
            let options = options.map { Array($0.utf8)[...] }
            return Self.key(answer).flight(
                FlightTerms(credential: credential, stream: stream, streamOptions: options, limits: limits))
        }
        let keys = [
            key(), key(.none), key(.virtualKey("l")), key(.virtualKey("")), key(.virtualKey("k"), false),
            key(.virtualKey("k"), true, "{}"), key(.virtualKey("k"), true, ""), key(.virtualKey("k"), true, nil, [nil, 1]),
            key(.virtualKey("k"), true, nil, [1]), key(.virtualKey("k"), true, nil, [1, nil], 2), Self.key(1),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(key() == key())
    }
}
