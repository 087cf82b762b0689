// SPDX-License-Identifier: Apache-2.0
import Caching
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

struct AnswerStoreTests {
    @Test func `an answer and its prompt come back as they were stored`() async throws {
        try await withAnswers { test in
            for number in 0..<20 {
                test.store.store(
                    cachedAnswer(number, bytes: number * 3000, namespace: number % 2 == 0 ? nil : "ü\u{0}"),
                    cachedPrompt(number))
            }
            test.store.store(cachedAnswer(20), nil)
            await test.store.flush()
            for number in 0..<20 {
                let found = try #require(await test.store.answer(for: answerKey(number), now: 1))
                #expect(isSame(found, cachedAnswer(number, bytes: number * 3000, namespace: number % 2 == 0 ? nil : "ü\u{0}")))
            }
            #expect(await test.store.answer(for: answerKey(99), now: 1) == nil)
            let prompts = test.store.prompts(of: (0...20).map(answerKey))
            #expect(prompts.count == 20)
            #expect(prompts[answerKey(7)]?.text == cachedPrompt(7).text)
            #expect(prompts[answerKey(7)]?.learned == cachedPrompt(7).learned)
            let statistics = await test.store.statistics()
            #expect(statistics.entries == 21 && statistics.prompts == 20 && statistics.bytes > 0)
            #expect(statistics.dropped == 0 && statistics.damaged == 0 && statistics.trouble == nil)
        }
    }

    @Test func `a question is found before the disk has it, and the newest answer's only`() async throws {
        // Nothing is written before it is waited for.
        try await withAnswers({ $0.gatherMilliseconds = 60_000 }) { test in
            test.store.store(cachedAnswer(1), cachedPrompt(1))
            test.store.store(cachedAnswer(2), cachedPrompt(2))
            test.store.store(cachedAnswer(2, version: 2), nil)
            test.store.store(cachedAnswer(3), cachedPrompt(3))
            test.store.remove(answerKey(3))
            var learned = LearnedThreshold()
            learned.confirmed(at: 0.97)
            test.store.learn(answerKey(1), learned)
            let prompts = test.store.prompts(of: [answerKey(1), answerKey(2), answerKey(3)])
            #expect(prompts.count == 1)
            #expect(prompts[answerKey(1)]?.text == cachedPrompt(1).text)
            #expect(prompts[answerKey(1)]?.learned == learned)
        }
    }

    @Test func `what was stored is there after a restart`() async throws {
        let first = try TestAnswers()
        defer { first.remove() }
        first.store.store(cachedAnswer(1), cachedPrompt(1))
        var counts = FalseHitCounts()
        counts.verified = 7
        counts.refuted = 1
        counts.isStopped = true
        first.store.save(counts, of: "uid:1000/n")
        await first.store.close()
        #expect(await first.store.answer(for: answerKey(1), now: 1) == nil, "a closed store finds nothing")
        let second = try TestAnswers(path: first.path)
        #expect(await second.store.answer(for: answerKey(1), now: 1).map { isSame($0, cachedAnswer(1)) } == true)
        #expect(await second.store.falseHits() == ["uid:1000/n": counts])
        #expect(second.reports.all.isEmpty)
        await second.store.close()
    }

    @Test func `a newer answer takes the place of the older, and of its prompt`() async throws {
        try await withAnswers { test in
            test.store.store(cachedAnswer(1, version: 1), cachedPrompt(1))
            test.store.store(cachedAnswer(1, version: 2), nil)
            await test.store.flush()
            #expect(await test.store.answer(for: answerKey(1), now: 1).flatMap { wholeVersion($0, 1) } == 2)
            #expect(test.store.prompts(of: [answerKey(1)]).isEmpty)
            #expect(await test.store.statistics().entries == 1)
        }
    }

    @Test func `what has expired is not found, and goes`() async throws {
        try await withAnswers { options in
            options.sweepMilliseconds = 1
        } _: { test in
            test.store.store(cachedAnswer(1, expiresAt: 500), cachedPrompt(1, expiresAt: 500))
            test.store.store(cachedAnswer(2, expiresAt: 2_000_000), cachedPrompt(2, expiresAt: 2_000_000))
            await test.store.flush()
            #expect(await test.store.answer(for: answerKey(2), now: 1_999_999) != nil)
            #expect(await test.store.answer(for: answerKey(2), now: 2_000_000) == nil)
            #expect(indexed(test.store, now: 1_999_999) == [answerKey(2)])
            #expect(indexed(test.store, now: 2_000_000).isEmpty)
        }
    }

    @Test func `a removed answer is gone at once, and what was learned is kept`() async throws {
        try await withAnswers { test in
            test.store.store(cachedAnswer(1), cachedPrompt(1))
            test.store.store(cachedAnswer(2), cachedPrompt(2))
            await test.store.flush()
            test.store.remove(answerKey(1))
            #expect(await test.store.answer(for: answerKey(1), now: 1) == nil)
            #expect(test.store.prompts(of: [answerKey(1)]).isEmpty)
            var learned = LearnedThreshold()
            learned.floor = 0.93
            learned.refuted = 2
            test.store.learn(answerKey(2), learned)
            test.store.learn(answerKey(3), learned)
            await test.store.flush()
            #expect(test.store.prompts(of: [answerKey(1), answerKey(2)]).mapValues(\.learned) == [answerKey(2): learned])
            test.store.store(cachedAnswer(1), nil)
            await test.store.flush()
            #expect(await test.store.answer(for: answerKey(1), now: 1) != nil)
        }
    }

    @Test func `a purge takes what all of its conditions name, and says which`() async throws {
        try await withAnswers { test in
            for number in 0..<40 {
                test.store.store(
                    cachedAnswer(
                        number, namespace: number % 4 < 2 ? "a" : nil, scope: number % 2 == 0 ? "host" : "uid:1",
                        storedAt: number * 1000),
                    cachedPrompt(number))
            }
            var selection = CacheSelection()
            selection.scope = "host"
            selection.namespace = "a"
            selection.before = 20_000
            selection.provider = "openai"
            var gone = try await test.store.purge(selection)
            #expect(Set(gone) == Set([0, 4, 8, 12, 16].map(answerKey)))
            gone = try await test.store.purge(selection)
            #expect(gone.isEmpty)
            #expect(test.store.prompts(of: [answerKey(4), answerKey(5)]).keys.map { $0 } == [answerKey(5)])
            selection = CacheSelection()
            selection.key = answerKey(1)
            gone = try await test.store.purge(selection)
            #expect(gone == [answerKey(1)])
            gone = try await test.store.purge(CacheSelection())
            #expect(gone.count == 34)
            #expect(await test.store.statistics().entries == 0)
        }
    }

    @Test func `each prompt of an embedder comes once, and until enough`() async throws {
        try await withAnswers { test in
            for number in 0..<5000 {
                test.store.store(cachedAnswer(number, bytes: 10), cachedPrompt(number, embedder: number % 2 == 0 ? "e" : "e2"))
            }
            await test.store.flush()
            var found: [IndexedPrompt] = []
            test.store.eachPrompt(of: "e", now: 1) {
                found += $0
                return true
            }
            #expect(Set(found.map(\.key)) == Set((0..<2500).map { answerKey($0 * 2) }) && found.count == 2500)
            let one = try #require(found.first { $0.key == answerKey(8) })
            #expect(one.vector == cachedPrompt(8).vector && one.partition == cachedPrompt(8).partition)
            #expect(one.expiresAtMilliseconds == 9_000_000)
            var batches = 0
            test.store.eachPrompt(of: "e", now: 1) { _ in
                batches += 1
                return false
            }
            #expect(batches == 1)
        }
    }

    @Test func `the files are for their owner alone`() async throws {
        try await withAnswers { test in
            test.store.store(cachedAnswer(1), nil)
            await test.store.flush()
            for file in ["cache.db", "cache.db-wal", "cache.db-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: test.path + "/" + file)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
            }
        }
    }
}

func indexed(_ store: AnswerStore, now: Int) -> [CacheKey] {
    var keys: [CacheKey] = []
    store.eachPrompt(of: "e", now: now) {
        keys += $0.map(\.key)
        return true
    }
    return keys
}
