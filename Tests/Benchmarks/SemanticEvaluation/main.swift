// SPDX-License-Identifier: Apache-2.0
import Caching
import Foundation
import GatewayEngine
import TextEmbedding

// How often the semantic cache would share an answer that it must not, and how often it finds one that it may: our own embedder
// and rules over labelled data. Build it in release.
//
//     packaging/fetch-embedder
//     swift run -c release wicket-semantic-eval [--gate] [--shared] [--nearest N] [--wrong] [--missed]
//         [--model PATH] [--data FOLDER]
//
// --gate fails when a mark is missed; --shared passes questions about one's own data by; --wrong and --missed print the pairs.

func option(_ name: String) -> String? {
    let arguments = CommandLine.arguments
    guard let at = arguments.firstIndex(of: name), at + 1 < arguments.count else { return nil }
    return arguments[at + 1]
}

func has(_ name: String) -> Bool { CommandLine.arguments.contains(name) }

/// Of this thread, in nanoseconds: other work on the machine does not count.
func processorTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func skip(_ reason: String) -> Never {
    print("skipped: \(reason)")
    exit(0)
}

guard let data = LabelledData(option("--data")) else {
    skip("there is no labelled data; name its folder with --data, or set WICKET_SHARED")
}
let home = FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/state/wicket")
let places = [home.appendingPathComponent(LocalEmbedder.fileName).path, LocalEmbedder.systemPath]
guard let path = option("--model") ?? places.first(where: FileManager.default.fileExists(atPath:)) else {
    skip("there is no embedder model; run packaging/fetch-embedder, or name the file with --model")
}
let embedder: LocalEmbedder
do throws(EmbedderAbsence) {
    embedder = try LocalEmbedder(path: path)
} catch {
    skip(error.reason)
}

let judges = Judge.all(isOneUsers: !has("--shared"))
let wantsWrong = has("--wrong")
let wantsMissed = has("--missed")
let evaluation = Evaluation(
    judges: judges, embedder: embedder, wrong: { if wantsWrong { print("    wrong \($0)") } },
    missed: { if wantsMissed { print("    missed \($0)") } })
var report = Report(judges: judges)
let started = Date()
let streamLength = 6000
let nearest = option("--nearest").flatMap(Int.init) ?? 1

let traps = try data.rows("gated_traps.jsonl", as: LabelledPair.self)
if !traps.isEmpty { report.traps(evaluation.pairs(traps)) }
let families = try data.rows("checklist.jsonl", as: LabelledPair.self)
if !families.isEmpty { report.families(evaluation.pairs(families)) }
for (file, name, design, most) in [
    ("clinc150_stream.jsonl", "CLINC150", "the design's strict: 7.4 %, 4 false", 4),
    ("banking77_stream.jsonl", "Banking77", "the design's strict: 13.0 %, 17 false", 17),
] {
    var order = FixedShuffle()
    let rows = try data.rows(file, as: LabelledQuestion.self).shuffled(using: &order).prefix(streamLength)
    if !rows.isEmpty { report.stream(name, evaluation.stream(Array(rows), nearest: nearest), design: design, atMost: most) }
}

let texts = traps.flatMap { [SemanticText($0.a), SemanticText($0.b)] }
if !texts.isEmpty {
    let began = processorTime()
    var hits = 0
    for _ in 0..<20 { for row in traps where SimilarityRules.strict.verdict(row.a, row.b, cosine: 1).isHit { hits += 1 } }
    let microseconds = Double(processorTime() - began) / 1000 / Double(20 * traps.count)
    print(
        String(
            format: "\n%.1f µs for the verdict on a pair, both texts read anew (%d hits); %.0f s in all", microseconds, hits / 20,
            -started.timeIntervalSinceNow))
}
if has("--gate") {
    for failure in report.failures { print("missed mark: \(failure)") }
    exit(report.failures.isEmpty ? 0 : 1)
}
