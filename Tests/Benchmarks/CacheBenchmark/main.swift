// SPDX-License-Identifier: Apache-2.0
import Caching
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import TextEmbedding

// What Tests/Benchmarks/cache.py cannot do over the socket: many rows in the cache's file, and the parts of a semantic hit by
// themselves. No daemon may run in the state directory. Build it in release.
//
//     wicket-cache-benchmark fill STATE MODEL --partition HEX --scope NAME --texts FILE --count N
//         adds N questions, with vectors that lie about those of the texts
//     wicket-cache-benchmark split STATE MODEL --partition HEX --texts FILE
//         reads all into an index as the daemon does, looks each text up, and prints microseconds as one JSON object

func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
    exit(1)
}

func option(_ name: String) -> String? {
    let arguments = CommandLine.arguments
    guard let at = arguments.firstIndex(of: name), at + 1 < arguments.count else { return nil }
    return arguments[at + 1]
}

func key(_ hexadecimal: String?) -> CacheKey {
    let digits = Array((hexadecimal ?? "").utf8)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
    guard let key = CacheKey(bytes: bytes) else { fail("--partition wants 64 hexadecimal digits.") }
    return key
}

let arguments = CommandLine.arguments
guard arguments.count > 3, let file = option("--texts") else {
    fail("wicket-cache-benchmark (fill | split) STATE MODEL --texts FILE …")
}
let texts = ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
if texts.isEmpty { fail("\(file) has no texts.") }
let partition = key(option("--partition"))
do throws(GatewayFailure) {
    var options = AnswerStoreOptions { Int(Date().timeIntervalSince1970 * 1000) }
    options.diskBytes = 16 << 30
    options.queueBytes = 1 << 30
    options.gatherMilliseconds = 0
    let store = try AnswerStore(in: StateDirectory(arguments[2]), options: options) { _, message in fail(message) }
    let embedder: LocalEmbedder
    do throws(EmbedderAbsence) { embedder = try LocalEmbedder(path: arguments[3]) } catch { fail(error.reason) }
    switch arguments[1] {
    case "fill":
        let filling = Filling(store: store, embedder: embedder, partition: partition, scope: option("--scope") ?? "uid:0")
        await filling.run(texts, count: option("--count").flatMap(Int.init) ?? 10_000)
    case "split": Split(store: store, embedder: embedder, partition: partition).run(texts)
    default: fail("There is no command '\(arguments[1])'.")
    }
    await store.close()
} catch { fail(error.message) }
