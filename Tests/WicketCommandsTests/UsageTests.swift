// SPDX-License-Identifier: Apache-2.0
import Testing
import WicketClient
import WicketProtocol

@testable import WicketCommands

struct UsageTests {
    private static let usage: WicketValue = [
        "total": [
            "requests": 6, "errors": 1, "input_tokens": 70, "output_tokens": 30,
            "cost": ["nano_usd": 4_000_000, "status": "priced"], "unpriced_requests": 1, "saved_nano_usd": 0,
        ],
        "usage": [
            [
                "by": ["model": "large"], "requests": 4, "errors": 1, "input_tokens": 60, "output_tokens": 20,
                "cost": ["nano_usd": 4_000_000, "status": "estimated"], "unpriced_requests": 0, "saved_nano_usd": 0,
            ],
            [
                "by": ["model": nil], "requests": 2, "errors": 0, "input_tokens": 10, "output_tokens": 10,
                "cost": ["nano_usd": nil, "status": "unpriced"], "unpriced_requests": 2, "saved_nano_usd": 0,
            ],
        ],
        "approximate": true, "truncated": false,
    ]

    @Test func `usage is a row for each group, a bar for its cost, and the sum of all`() {
        let report = UsageReport(Self.usage, "model")
        let lines = report.lines(width: nil, style: Style(isOn: false))
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("MODEL") && lines[0].contains("REQUESTS"))
        #expect(lines[1].hasPrefix("large") && lines[1].contains("~$0.0040"))
        #expect(lines[1].hasSuffix(String(repeating: "█", count: 20)))
        #expect(lines[2].hasPrefix("(none)") && lines[2].contains("unpriced") && !lines[2].contains("█"))
        #expect(lines[3].hasPrefix("total") && lines[3].hasSuffix("by cost"))
        #expect(report.note?.contains("price of 1 requests") == true && report.note?.contains("too many groups") == true)
    }

    @Test func `bars are as long as their share`() {
        #expect(bar(1, width: 4) == "████" && bar(0.5, width: 4) == "██" && bar(0, width: 4) == "")
        #expect(bar(0.0001, width: 4) == "▏" && bar(7, width: 2) == "██" && bar(.nan, width: 3) == "")
        #expect(bar(0.55, width: 4) == "██▎")
    }

    @Test(arguments: [
        ("90m", TimeArgument.Kind.secondsAgo(5400)), ("24h", .secondsAgo(86_400)), ("7d", .secondsAgo(604_800)),
        ("2w", .secondsAgo(1_209_600)), ("2026-11-24T00:00:00Z", .instant("2026-11-24T00:00:00Z")),
    ])
    func `a time is so long ago, or an instant`(text: String, kind: TimeArgument.Kind) throws {
        let argument = try #require(TimeArgument(argument: text))
        #expect(argument.kind == kind)
        #expect(argument.text.utf8.count == 20 && argument.text.hasSuffix("Z"))
    }

    @Test(arguments: ["", "d", "0d", "-1h", "7", "yesterday", "7y", "99999999d"])
    func `any other is refused`(text: String) { #expect(TimeArgument(argument: text) == nil) }

    @Test func `filters are typed as key and value`() throws {
        let texts = ["user=ada", "status=429", "stream=true", "metadata.team=a=b", "uid=7", "cache_status=HIT"]
        let filter = try LogFilter(texts.compactMap(FilterArgument.init(argument:)))
        var expected = LogFilter()
        expected.user = "ada"
        expected.status = 429
        expected.stream = true
        expected.metadata = ["team": "a=b"]
        expected.uid = 7
        expected.cacheStatus = "HIT"
        #expect(filter == expected)
        #expect(FilterArgument(argument: "user") == nil && FilterArgument(argument: "=x") == nil)
        let wrong = [("modle=x", "model"), ("status=x", "number"), ("stream=1", "true"), ("metadata.=x", "metadata.KEY")]
        for (text, hint) in wrong {
            let argument = try #require(FilterArgument(argument: text))
            let failure = #expect(throws: CommandFailure.self) { try LogFilter([argument]) }
            #expect(failure?.message.contains(hint) == true, "\(text)")
        }
    }

    @Test func `a followed call is one line, whatever others wrote into it`() {
        let row: WicketValue = [
            "started_at": "2026-11-24T09:00:00.120Z", "status": 429, "error": "upstream_error", "virtual_key": "k",
            "model": "m\u{1B}[31m\nx", "latency_ms": ["total": 812.4], "usage": ["input_tokens": 5, "output_tokens": 7],
            "cost": ["nano_usd": 2_000_000], "cache_status": "DISABLED", "user": nil, "trace_id": "t",
        ]
        let line = LogLine(row).text(Style(isOn: false))
        #expect(line.hasPrefix("2026-11-24 09:00:00  429 upstream_error  k  m"))
        #expect(line.hasSuffix("812 ms  5 in 7 out  $0.0020  t"))
        #expect(!line.contains("\n") && !line.contains("\u{1B}"))
    }
}

struct TopTests {
    private func sample(requests: Int) -> TopSample {
        let calls: [WicketValue] = (1...20).map { index in
            [
                "response_model": index % 4 == 0 ? "small" : "large", "error": index == 20 ? "upstream_error" : nil,
                "latency_ms": ["total": WicketValue(Double(index) * 10)],
                "usage": ["input_tokens": 10, "output_tokens": 1],
            ]
        }
        return TopSample(
            info: [
                "version": "0.1.0", "pid": 7, "uptime_ms": 61_000,
                "counters": ["requests": WicketValue(requests), "failures": 1, "in_flight": 2, "connections": 3],
            ],
            targets: ["targets": []], calls: ["logs": WicketValue(calls)])
    }

    @Test func `a frame has counters, rates, percentiles and the models`() {
        let first = TopFrame(sample(requests: 100), since: nil).lines(width: nil, style: Style(isOn: false))
        #expect(first[0] == "wicketd 0.1.0  pid 7, up 1 min 1 s")
        #expect(first[1].hasPrefix("requests 100 (-/s)  failures 1 (-/s)  in flight 2  connections 3"))
        #expect(first[2] == "latest 20 calls: p50 100 ms  p90 180 ms  p99 190 ms")
        #expect(first[5].hasPrefix("large") && first[5].contains("15") && first[5].hasSuffix(String(repeating: "█", count: 16)))
        #expect(first[6].hasPrefix("small") && first[6].contains("55"))
        let before = sample(requests: 100)
        let second = TopFrame(sample(requests: 150), since: before).lines(width: nil, style: Style(isOn: false))
        #expect(second[1].hasPrefix("requests 150 (") && !second[1].hasPrefix("requests 150 (-/s)"))
    }
}
