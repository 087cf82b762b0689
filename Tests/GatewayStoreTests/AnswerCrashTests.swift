// SPDX-License-Identifier: Apache-2.0
import Caching
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import TestSupport
import Testing

struct AnswerCrashTests {
    /// Each child goes on with the file of those before it.
    @Test func `after 200 kills in the midst of writing, every answer is one that was written, whole`() async throws {
        let path = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        var found = 0
        for run in 0..<200 {
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, run = run as Int] in
                try await writeUntilKilled(path, run)
            }
            if run % 10 != 9 { continue }
            let test = try TestAnswers(path: path)
            for number in 0..<60 {
                guard let answer = await test.store.answer(for: answerKey(number), now: 1) else { continue }
                found += 1
                #expect(wholeVersion(answer, number).map { (0...run).contains($0) } == true)
                let prompt = try #require(test.store.prompts(of: [answerKey(number)])[answerKey(number)])
                #expect(wholeVersion(answer, number).map { cachedPrompt(number, version: $0).text } == prompt.text)
            }
            #expect(await test.store.statistics().damaged == 0)
            #expect(test.reports.all.isEmpty)
            await test.store.close()
        }
        #expect(found > 100)
    }
}

private func writeUntilKilled(_ path: String, _ run: Int) async throws {
    let test = try TestAnswers(path: path) { $0.gatherMilliseconds = 0 }
    var random = SeededRandom(seed: UInt64(run))
    let delay = UInt32.random(in: 0..<20_000, using: &random)
    Thread.detachNewThread {
        usleep(delay)
        kill(getpid(), SIGKILL)
    }
    while true {
        for number in 0..<60 {
            test.store.store(
                cachedAnswer(number, version: run, bytes: Int.random(in: 0..<9000, using: &random)),
                cachedPrompt(number, version: run))
        }
        await test.store.flush()
    }
}
