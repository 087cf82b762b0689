// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Glibc

// wicket-journal-benchmark DIRECTORY [ROWS]
//
// Fills a journal with a month of calls where the directory has none, and times what is asked of it.

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    say("usage: wicket-journal-benchmark DIRECTORY [ROWS]")
    exit(2)
}
let rows = arguments.count > 2 ? Int(arguments[2]) ?? 1_000_000 : 1_000_000
let clock = ContinuousClock()

/// At once, also into a pipe.
@Sendable func say(_ line: String) {
    var line = line + "\n"
    line.withUTF8 { _ = write(1, $0.baseAddress, $0.count) }
}

let store = try GatewayStore(in: try StateDirectory(arguments[1])) { say("store: \($0) \($1)") }

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(0), &usage)  // RUSAGE_SELF, which is imported as another type
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
}

if try await store.calls(matching: CallFilter(), limit: 1).calls.isEmpty {
    var world = World(rows: rows)
    let (start, used) = (clock.now, processorSeconds())
    for index in 0..<rows {
        store.append(world.call(index))
        while index % 1000 == 0, store.statistics.queued > 30_000 { usleep(2000) }
    }
    try await store.flush()
    let took = seconds(clock.now - start)
    let spent = ((processorSeconds() - used) / Double(rows) * 1e7).rounded() / 10
    say("written: \(Int(Double(rows) / took)) rows a second; a row took \(spent) µs of processor, the making of it included")
}

/// The slower of two runs after a first one; what the processor took is the same however busy the machine is.
func time(_ what: String, _ body: () async throws -> String) async throws {
    var (slowest, used) = (0.0, 0.0)
    var told = ""
    for run in 0..<3 {
        let (start, before) = (clock.now, processorSeconds())
        told = try await body()
        if run == 0 { continue }
        slowest = max(slowest, seconds(clock.now - start))
        used = max(used, processorSeconds() - before)
    }
    func milliseconds(_ seconds: Double) -> Double { (seconds * 10_000).rounded() / 10 }
    say("\(milliseconds(slowest)) ms, \(milliseconds(used)) of processor  \(what): \(told)")
}

func month(_ change: (inout AnalyticsQuestion) -> Void) -> AnalyticsQuestion {
    var query = AnalyticsQuestion(
        from: Timestamp(milliseconds: World.from), to: Timestamp(milliseconds: World.from + World.month))
    query.metrics = AnalyticsMetric.allCases.filter { $0 != .uniqueUsers && $0 != .requestsPerUser }
    change(&query)
    return query
}

// The rollups follow the rows a moment later.
while try await store.read({ try $0.integer("SELECT max(id) - (SELECT last_call FROM rollup_head) FROM call") }) > 4000 {
    usleep(100_000)
}

let queries: [(String, AnalyticsQuestion)] = [
    ("all metrics", month { $0.metrics = AnalyticsMetric.allCases }),
    ("all metrics by the hour", month { $0.interval = .hour }),
    ("all metrics by the day, users counted", month { $0.metrics = AnalyticsMetric.allCases; $0.interval = .day }),
    ("by key and day", month { $0.groupBy = [.call(.virtualKey)]; $0.interval = .day }),
    ("by model and hour", month { $0.groupBy = [.call(.responseModel)]; $0.interval = .hour }),
    ("by user", month { $0.groupBy = [.user] }),
    ("by metadata", month { $0.groupBy = [.metadata("team")] }),
    ("by key and model", month { $0.groupBy = [.call(.virtualKey), .call(.responseModel)] }),
    ("by model, of one uid, by day", month {
        $0.groupBy = [.call(.responseModel)]; $0.filters = [.init(.call(.uid), ["1002"])]; $0.interval = .day
    }),
    ("rows: by user, of one key", month { $0.groupBy = [.user]; $0.filters = [.init(.call(.virtualKey), ["key-3"])] }),
]
for (what, query) in queries {
    try await time("analytics, \(what)") {
        let result = try await store.analyze(query)
        return "\(result.groupCount) groups, \(result.source.rawValue), truncated: \(result.isTruncated)"
    }
}

func filter(_ change: (inout CallFilter) -> Void) -> CallFilter {
    var filter = CallFilter()
    change(&filter)
    return filter
}

let filters: [(String, CallFilter)] = [
    ("nothing", CallFilter()),
    ("a common key", filter { $0.virtualKey = "key-3" }),
    ("a rare key", filter { $0.virtualKey = "rare" }),
    ("no such key", filter { $0.virtualKey = "none" }),
    ("a status", filter { $0.status = 503 }),
    ("a status of a key and a model", filter { $0.status = 503; $0.virtualKey = "key-3"; $0.model = "ollama-model-1" }),
    ("a user", filter { $0.user = "user-17" }),
    ("a user's errors", filter { $0.user = "user-17"; $0.status = 429 }),
    ("metadata", filter { $0.metadata = [("team", .text("team-7"))] }),
    ("an hour long ago", filter {
        $0.from = Timestamp(milliseconds: World.from + 86_400_000)
        $0.to = Timestamp(milliseconds: World.from + 90_000_000)
    }),
    ("a uid and a key that it does not use", filter { $0.uid = 1001; $0.virtualKey = "key-0" }),
]
for (what, filter) in filters {
    try await time("logs, \(what)") {
        let page = try await store.calls(matching: filter, limit: 50)
        return "\(page.calls.count) rows, more: \(page.nextCursor != nil)"
    }
}
try await store.close()
