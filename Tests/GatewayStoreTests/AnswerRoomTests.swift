// SPDX-License-Identifier: Apache-2.0
import Caching
import Foundation
import GatewayEngine
import GatewayStore
import Synchronization
import Testing

/// The bound on the file, and disks that take nothing.
struct AnswerRoomTests {
    @Test func `the file stays within its bound, and keeps what was used last`() async throws {
        let now = Atomic<Int>(1_000_000)
        try await withAnswers {
            $0.diskBytes = 2 << 20
            $0.wallMilliseconds = { now.load(ordering: .relaxed) }
        } _: { test in
            test.store.store(cachedAnswer(0), cachedPrompt(0))
            for number in 1..<1500 {
                test.store.store(cachedAnswer(number, bytes: 4000), cachedPrompt(number))
                if number % 50 == 0 {
                    now.add(1000, ordering: .relaxed)
                    await test.store.flush()
                    let statistics = await test.store.statistics()
                    #expect(statistics.bytes <= 2 << 20 && statistics.dropped == 0)
                }
            }
            await test.store.flush()
            let statistics = await test.store.statistics()
            #expect(statistics.entries > 100 && statistics.entries < 500 && statistics.prompts == statistics.entries)
            #expect(await test.store.answer(for: answerKey(1499), now: 1) != nil)
            #expect(await test.store.answer(for: answerKey(1), now: 1) == nil)
            #expect(test.reports.all.isEmpty)
        }
    }

    @Test func `a file that has become empty is small again`() async throws {
        let now = Atomic<Int>(1_000_000)
        try await withAnswers {
            $0.sweepMilliseconds = 1
            $0.wallMilliseconds = { now.add(1, ordering: .relaxed).newValue }
        } _: { test in
            for number in 0..<500 { test.store.store(cachedAnswer(number, bytes: 8000), nil) }
            await test.store.flush()
            let full = await test.store.statistics().bytes
            _ = try await test.store.purge(CacheSelection())
            for number in 0..<20 {
                test.store.store(cachedAnswer(number), nil)
                await test.store.flush()
            }
            #expect(await test.store.statistics().bytes < full / 2)
        }
    }

    @Test func `what has expired goes before what is alive`() async throws {
        try await withAnswers {
            $0.diskBytes = 2 << 20
        } _: { test in
            for number in 0..<100 { test.store.store(cachedAnswer(number, bytes: 4000), nil) }
            await test.store.flush()
            for number in 100..<1000 { test.store.store(cachedAnswer(number, bytes: 4000, expiresAt: 999_999), nil) }
            await test.store.flush()
            for number in 0..<100 { #expect(await test.store.answer(for: answerKey(number), now: 1) != nil) }
        }
    }

    @Test func `more than the queue holds is dropped and counted, and a removal never`() async throws {
        try await withAnswers {
            $0.queueLimit = 10
            $0.gatherMilliseconds = 200
        } _: { test in
            for number in 0..<100 { test.store.store(cachedAnswer(number), nil) }
            for number in 0..<100 { test.store.remove(answerKey(number)) }
            await test.store.flush()
            let statistics = await test.store.statistics()
            #expect(statistics.dropped >= 80 && statistics.entries == 0)
        }
    }

    /// Where no file can be made: a directory stands in its place.
    @Test func `a place that takes no file costs no request, and is used again when it does`() async throws {
        let path = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(
            atPath: path + "/cache.db/x", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        let test = try TestAnswers(path: path)
        for number in 0..<10 { test.store.store(cachedAnswer(number), nil) }
        await test.store.flush()
        #expect(await test.store.answer(for: answerKey(1), now: 1) == nil)
        var statistics = await test.store.statistics()
        #expect(statistics.dropped == 10 && statistics.trouble != nil && statistics.entries == 0)
        #expect(await failure { try await test.store.purge(CacheSelection()) } != nil)
        try FileManager.default.removeItem(atPath: path + "/cache.db")
        test.store.store(cachedAnswer(1), nil)
        await test.store.flush()
        #expect(await test.store.answer(for: answerKey(1), now: 1) != nil)
        statistics = await test.store.statistics()
        #expect(statistics.trouble == nil && statistics.dropped == 10)
        #expect(test.reports.messages(.warning).count == 1 && test.reports.messages(.notice).count == 1)
        await test.store.close()
    }

    @Test func `an answer of more than an eighth of the room is not kept, and drives nothing out`() async throws {
        try await withAnswers {
            $0.diskBytes = 1 << 20
        } _: { test in
            for number in 0..<10 { test.store.store(cachedAnswer(number), nil) }
            test.store.store(cachedAnswer(50, bytes: 200_000), nil)
            await test.store.flush()
            let statistics = await test.store.statistics()
            #expect(statistics.entries == 10 && statistics.dropped == 1 && statistics.trouble == nil)
        }
    }

    /// The process may write no file beyond a size, so that the kernel refuses the store's writes.
    @Test func `on a disk that takes no more, all that is there is given, and the rest is counted`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            try await withAnswers { test in
                for number in 0..<10 { test.store.store(cachedAnswer(number), nil) }
                await test.store.flush()
                setFileLimit(100_000)
                for number in 10..<60 { test.store.store(cachedAnswer(number, bytes: 20_000), nil) }
                test.store.remove(answerKey(3))
                await test.store.flush()
                let statistics = await test.store.statistics()
                #expect(statistics.dropped > 0 && statistics.dropped + statistics.entries >= 59)
                for number in 0..<10 { #expect(await test.store.answer(for: answerKey(number), now: 1) != nil || number == 3) }
                #expect(await test.store.answer(for: answerKey(3), now: 1) == nil)
                #expect(test.reports.messages(.warning).count >= 1)
                setFileLimit(rlim_t.max)
                test.store.store(cachedAnswer(70), nil)
                await test.store.flush()
                #expect(await test.store.answer(for: answerKey(70), now: 1) != nil)
                #expect(await test.store.answer(for: answerKey(3), now: 1) == nil)
                #expect(await test.store.statistics().trouble == nil)
            }
        }
    }
}

private func setFileLimit(_ bytes: rlim_t) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(1), &limit)
    limit.rlim_cur = min(bytes, limit.rlim_max)
    setrlimit(__rlimit_resource_t(1), &limit)
}
