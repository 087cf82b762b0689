// SPDX-License-Identifier: Apache-2.0
import Caching
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import TestSupport
import Testing

/// Whatever the file has become: an answer is one that was stored under its key, whole, or there is none.
struct AnswerDamageTests {
    private static let answers = 40

    /// The files of a store as they lie there after a crash: the log is not copied back yet.
    private func files() async throws -> [String: Data] {
        let test = try TestAnswers()
        defer { test.remove() }
        for version in 0..<2 {
            for number in 0..<Self.answers {
                test.store.store(
                    cachedAnswer(number, version: version, bytes: number * 150), cachedPrompt(number, version: version))
            }
            await test.store.flush()
            if version == 0 { try checkpoint(test.file) }
        }
        for number in 0..<Self.answers { test.store.save(FalseHitCounts(), of: "domain \(number)") }
        await test.store.flush()
        var files: [String: Data] = [:]
        for name in ["cache.db", "cache.db-wal"] {
            files[name] = try Data(contentsOf: URL(fileURLWithPath: test.path + "/" + name))
        }
        await test.store.close()
        return files
    }

    private func place(_ files: [String: Data], in path: String) throws {
        for name in ["cache.db", "cache.db-wal", "cache.db-shm"] { unlink(path + "/" + name) }
        for (name, data) in files {
            try data.write(to: URL(fileURLWithPath: path + "/" + name))
            chmod(path + "/" + name, 0o600)
        }
    }

    /// Reads all that can be read, and writes: whatever comes, it is right, and the store works.
    private func check(_ path: String, _ what: String) async throws {
        let test = try TestAnswers(path: path)
        for _ in 0..<2 {
            for number in 0..<Self.answers {
                guard let found = await test.store.answer(for: answerKey(number), now: 1) else { continue }
                #expect(wholeVersion(found, number).map { $0 < 2 } == true, "\(what): \(number)")
            }
            for (key, found) in test.store.prompts(of: (0..<Self.answers).map(answerKey)) {
                let isRight = (0..<Self.answers).contains { number in
                    answerKey(number) == key
                        && (0..<2).contains {
                            let written = cachedPrompt(number, version: $0)
                            return written.text == found.text && written.learned == found.learned
                        }
                }
                #expect(isRight, "\(what): \(found)")
            }
            test.store.eachPrompt(of: "e", now: 1) { prompts in
                for prompt in prompts {
                    let isRight = (0..<Self.answers).contains {
                        answerKey($0) == prompt.key && cachedPrompt($0).vector == prompt.vector
                            && cachedPrompt($0).partition == prompt.partition
                    }
                    #expect(isRight, "\(what)")
                }
                return true
            }
            #expect(await test.store.falseHits().allSatisfy { $0.value == FalseHitCounts() && $0.key.hasPrefix("domain ") })
            _ = await test.store.statistics()
            await test.store.flush()
        }
        test.store.store(cachedAnswer(1, version: 1), cachedPrompt(1, version: 1))
        await test.store.flush()
        // Damage may show only now, and the writer throws the file away behind this answer.
        for _ in 0..<3 where await test.store.answer(for: answerKey(1), now: 1) == nil {
            await test.store.flush()
            test.store.store(cachedAnswer(1, version: 1), cachedPrompt(1, version: 1))
            await test.store.flush()
        }
        #expect(await test.store.answer(for: answerKey(1), now: 1) != nil, "\(what)")
        #expect(
            test.reports.messages(.error).isEmpty && test.reports.messages(.warning).count <= 2, "\(what) \(test.reports.all)")
        await test.store.close()
    }

    @Test func `2,000 flipped bits, in the file and in its log`() async throws {
        let files = try await files()
        let path = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: path) }
        var random = SeededRandom(seed: 1)
        // Eight at a time, now and then one of them in the file's head.
        for run in 0..<250 {
            var damaged = files
            var places: [String] = []
            for flip in 0..<8 {
                let name = Bool.random(using: &random) ? "cache.db" : "cache.db-wal"
                let count = flip == 0 && run % 4 == 0 ? 100 : files[name]?.count ?? 1
                let place = Int.random(in: 0..<count, using: &random)
                damaged[name]?[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                places.append("\(name) \(place)")
            }
            try place(damaged, in: path)
            try await check(path, "run \(run): \(places)")
        }
    }

    @Test func `files cut off anywhere`() async throws {
        let files = try await files()
        let path = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: path) }
        var random = SeededRandom(seed: 2)
        for run in 0..<60 {
            var damaged = files
            let name = run % 2 == 0 ? "cache.db" : "cache.db-wal"
            let length = run < 4 ? run * 60 : Int.random(in: 0..<(files[name]?.count ?? 1), using: &random)
            damaged[name] = files[name]?.prefix(length)
            if run % 3 == 0 { damaged["cache.db-wal"] = nil }
            try place(damaged, in: path)
            try await check(path, "\(name) of \(length) bytes")
        }
    }

    @Test(arguments: [
        "no database at all, but a text that is long enough to be taken for one, or so it seems", "", "SQLite format 3\u{0}",
    ])
    func `a file that is none of ours is thrown away, with one warning`(_ text: String) async throws {
        let test = try TestAnswers()
        defer { test.remove() }
        await test.store.close()
        try place(["cache.db": Data(text.utf8)], in: test.path)
        try await check(test.path, text)
    }

    @Test func `another version starts empty`() async throws {
        let test = try TestAnswers()
        defer { test.remove() }
        test.store.store(cachedAnswer(1), nil)
        await test.store.close()
        try execute(test.file, "PRAGMA user_version = 9999")
        let again = try TestAnswers(path: test.path)
        #expect(await again.store.answer(for: answerKey(1), now: 1) == nil)
        #expect(again.reports.messages(.warning).count == 1)
        await again.store.close()
    }

    @Test func `the file is deleted, replaced and overwritten under the running store`() async throws {
        let files = try await files()
        try await withAnswers { test in
            for round in 0..<6 {
                test.store.store(cachedAnswer(1, version: 1), nil)
                await test.store.flush()
                #expect(await test.store.answer(for: answerKey(1), now: 1) != nil, "round \(round)")
                switch round {
                case 0: unlink(test.file)
                case 1: for suffix in ["", "-wal", "-shm"] { unlink(test.file + suffix) }
                case 2: try place(["cache.db": Data("garbage".utf8)], in: test.path)
                case 3: try place(files, in: test.path)
                default:
                    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: test.file))
                    try handle.write(contentsOf: Data(repeating: 0xA5, count: 40_000))
                    try handle.close()
                }
                for number in 0..<Self.answers {
                    guard let found = await test.store.answer(for: answerKey(number), now: 1) else { continue }
                    #expect(wholeVersion(found, number) != nil)
                }
                // Whatever befell the file is noticed at the latest when something is written.
                for _ in 0..<3 {
                    test.store.store(cachedAnswer(2, version: 1), nil)
                    await test.store.flush()
                }
            }
            test.store.store(cachedAnswer(3), nil)
            await test.store.flush()
            #expect(await test.store.answer(for: answerKey(3), now: 1) != nil)
        }
    }
}
