// SPDX-License-Identifier: Apache-2.0
import Testing
import WicketClient
@testable import WicketCommands

struct RenderingTests {
    private let plain = Style(isOn: false)

    private func table() -> Table {
        var table = Table([.init("ID", .whole), .init("NAME"), .init("NOTE"), .init("COUNT", .number)])
        table.rows = [["1", "anthropic-production", "short", "12"], ["22", "b", "a note that is longer", "3"]]
        return table
    }

    @Test func `columns are as wide as what is in them, numbers stand to the right`() {
        #expect(
            table().lines(width: nil, style: plain) == [
                "ID  NAME                  NOTE                   COUNT",
                "1   anthropic-production  short                     12",
                "22  b                     a note that is longer      3",
            ])
    }

    @Test func `a narrow terminal cuts text, the widest first, and no number`() {
        #expect(
            table().lines(width: 40, style: plain) == [
                "ID  NAME           NOTE            COUNT",
                "1   anthropic-pr…  short              12",
                "22  b              a note that i…      3",
            ])
    }

    @Test func `a terminal too narrow for anything gets lines that are too long, not a crash`() {
        for width in 0...12 {
            #expect(table().lines(width: width, style: plain)[1] == "1   anthr…  short      12")
        }
    }

    @Test func `what others wrote cannot break a line or steer the terminal`() {
        var table = Table([.init("A")])
        table.rows = [["a\u{1B}[31mb\nc\td\u{9B}e"], [""], []]
        #expect(table.lines(width: nil, style: plain) == ["A", "a[31mb c de", "-", "-"])
    }

    @Test func `colours are there only when they are on`() {
        #expect(plain.red("x") == "x")
        #expect(Style(isOn: true).red("x") == "\u{1B}[31mx\u{1B}[0m")
    }

    @Test(arguments: [
        (0.0, "0.0 ms"), (0.84, "0.8 ms"), (9.96, "10.0 ms"), (12.4, "12 ms"), (812.4, "812 ms"), (12_345, "12.3 s"),
        (.infinity, "-"), (.nan, "-"), (-1, "-"), (1e300, "-"),
    ])
    func `times have three figures`(value: Double, text: String) {
        #expect(milliseconds(value) == text)
    }

    @Test(arguments: [
        (0, "0 s"), (45, "45 s"), (60, "1 min"), (192, "3 min 12 s"), (18_240, "5 h 4 min"), (1_047_600, "12 d 3 h"), (-5, "0 s"),
    ])
    func `durations have their two largest units`(seconds: Int, text: String) {
        #expect(duration(seconds: seconds) == text)
    }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (64 << 20, "64.0 MiB"), (1 << 40, "1.0 TiB"), (1 << 52, "4096.0 TiB"),
    ])
    func `sizes have their largest unit`(bytes: Int, text: String) {
        #expect(byteCount(bytes) == text)
    }

    @Test(arguments: [(0, "0 %"), (0.0025, "0.25 %"), (0.01, "1 %"), (0.123, "12 %"), (1, "100 %"), (.nan, "-")])
    func `shares are percents`(fraction: Double, text: String) {
        #expect(percent(fraction) == text)
    }

    @Test(arguments: [(0.926, "0.93"), (-0.05, "-0.05"), (1, "1.00"), (-0.001, "0.00"), (.infinity, "-")])
    func `scores have two digits after the point`(value: Double, text: String) {
        #expect(hundredths(value) == text)
    }

    @Test(arguments: [
        (0, "$0"), (1, "$0.000000001"), (40_500, "$0.0000405"), (2_465_000, "$0.00246"), (100_000_000, "$0.1"),
        (999_999_999, "$0.999"), (2_740_000_000, "$2.74"),
    ])
    func `what one call cost has three figures that count`(nano: Int, text: String) { #expect(callCost(nano) == text) }

    @Test(arguments: [(0.0, "0"), (2.5, "2.5"), (0.075, "0.075"), (15.0, "15"), (1e-6, "0.000001"), (-1.0, "-")])
    func `a price shows no decimal that says nothing`(value: Double, text: String) { #expect(decimal(value) == text) }

    @Test(arguments: [(2_740_000_000, "$2.74"), (3_100_000, "$0.0031"), (50_000, "$0.0000"), (999_999_999, "$0.9999")])
    func `money is in dollars`(nano: Int, text: String) {
        #expect(dollars(nano) == text)
    }

    @Test(arguments: [("2026-03-01T09:00:00.120Z", "2026-03-01 09:00:00"), ("soon", "soon"), ("", "")])
    func `a time is shown without its fraction`(text: String, shown: String) {
        #expect(shortTime(text) == shown)
    }

    @Test func `a status report takes what it is given, and a peer of another version does not break it`() throws {
        let empty = StatusReport(info: [:], health: nil, vault: nil)
        #expect(empty.lines(style: plain).contains("vault         ?"))
        let report = StatusReport(
            info: [
                "version": "9.9", "pid": 42, "uptime_ms": 192_000, "sockets": ["use": "/u", "admin": "/a"],
                "counters": ["requests": 5, "failures": 1, "in_flight": 2, "connections": 3],
            ],
            health: ["status": "warn", "checks": [["name": "vault", "status": "warn", "message": "do this"]]],
            vault: ["state": "unlocked", "virtual_keys": 1, "master_key": ["path": "/m"]])
        #expect(
            report.lines(style: plain) == [
                "daemon        wicketd 9.9, pid 42, up 3 min 12 s", "use socket    /u", "admin socket  /a",
                "vault         unlocked, 1 virtual key, master key in /m", "requests      5, 1 failed, 2 running",
                "connections   3", "health        warn", "              vault: do this",
            ])
        #expect(report.versionWarning?.contains("9.9") == true)
    }

    @Test(arguments: [
        "no_daemon", "hang_up", "connection_failed", "not_found", "conflict", "vault_locked", "permission_denied",
        "method_not_found", "upstream_error", "upstream_unreachable", "rate_limited", "overloaded", "circuit_open",
    ])
    func `an error that something can be done about says what`(type: String) {
        let failure = CommandFailure(WicketError(type: type, message: "m"))
        #expect(failure.advice != nil)
        #expect(failure.exitCode == (type == "no_daemon" ? 69 : 1))
    }

    @Test func `advice knows how long to wait and what was missing`() {
        #expect(Advice.on(WicketError(type: "rate_limited", message: "", data: ["retry_after_ms": 1500])) == "Try again in 2 s.")
        #expect(Advice.on(WicketError(type: "overloaded", message: "", data: ["retry_after_ms": 20])) == "Try again in 20 ms.")
        let key = WicketError(type: "invalid_params", message: "", data: ["path": "params.options.api_key"])
        #expect(Advice.on(key)?.contains("wicket keys add") == true)
        #expect(Advice.on(WicketError(type: "upstream_error", message: "", status: 401))?.contains("keys rotate") == true)
    }
}
