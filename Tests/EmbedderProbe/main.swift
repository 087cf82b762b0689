// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import TextEmbedding

// Embeds each JSON string that comes on standard input, a line each, and answers a line of JSON; for tests that hold the embedder
// against other people's. `wicket-embed MODEL [--isa avx512|avx2|neon|portable] [--pieces N] [--time] [--ids]`

struct Answer: Encodable {
    var ids: [Int32]
    var vector: [Float]?
    var hasUnknown: Bool
    var isCut: Bool
    /// Of this thread's processor time, with `--time`: the least of some runs.
    var milliseconds: Double?
}

func option(_ name: String) -> String? {
    let arguments = CommandLine.arguments
    guard let at = arguments.firstIndex(of: name), at + 1 < arguments.count else { return nil }
    return arguments[at + 1]
}

func threadMilliseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}

func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
    exit(1)
}

guard CommandLine.arguments.count > 1 else { fail("wicket-embed MODEL [--isa NAME] [--pieces N] [--time] [--ids]") }
let isTimed = CommandLine.arguments.contains("--time"), wantsOnlyIDs = CommandLine.arguments.contains("--ids")
let limit = option("--pieces").flatMap(Int.init) ?? 128
let opened = threadMilliseconds()
let embedder: LocalEmbedder
do throws(EmbedderAbsence) {
    let wanted = option("--isa")
    let instructions = wanted.flatMap(Instructions.init)
    if let wanted, instructions == nil { fail("There are no instructions '\(wanted)'.") }
    embedder = try LocalEmbedder(path: CommandLine.arguments[1], instructions: instructions)
} catch { fail(error.reason) }
if isTimed { FileHandle.standardError.write(Data("opened in \(threadMilliseconds() - opened) ms\n".utf8)) }

let encoder = JSONEncoder()
while let line = readLine() {
    guard let text = try? JSONDecoder().decode(String.self, from: Data(line.utf8)) else {
        fail("This is no JSON string: \(line)")
    }
    let pieces = embedder.pieces(of: text, atMost: limit)
    var answer = Answer(ids: pieces.ids, hasUnknown: pieces.hasUnknown, isCut: pieces.isCut)
    if !wantsOnlyIDs { answer.vector = embedder.embed(text, atMostPieces: limit).vector }
    if isTimed {
        answer.milliseconds = (0..<20).map { _ in
            let start = threadMilliseconds()
            _ = embedder.embed(text, atMostPieces: limit)
            return threadMilliseconds() - start
        }.min()
    }
    let encoded = try encoder.encode(answer)
    FileHandle.standardOutput.write(encoded + Data("\n".utf8))
}
