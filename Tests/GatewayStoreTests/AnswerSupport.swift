// SPDX-License-Identifier: Apache-2.0
import CSQLite
import Caching
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import TestSupport

/// A cache's store in a directory of a test's own.
struct TestAnswers {
    let path: String
    let store: AnswerStore
    let reports = Reports()

    init(
        path: String = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString,
        _ change: (inout AnswerStoreOptions) -> Void = { _ in }
    )
        throws
    {
        self.path = path
        var options = AnswerStoreOptions { 1_000_000 }
        options.gatherMilliseconds = 1
        options.firstPauseMilliseconds = 1
        options.longestPauseMilliseconds = 4
        change(&options)
        store = try AnswerStore(in: StateDirectory(path), options: options) { [reports] in reports.add($0, $1) }
    }

    var file: String { path + "/cache.db" }
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// Runs `body` on a fresh store and takes its directory away.
func withAnswers(_ change: (inout AnswerStoreOptions) -> Void = { _ in }, _ body: (TestAnswers) async throws -> Void) async throws
{
    let test = try TestAnswers(change)
    defer { test.remove() }
    try await body(test)
    await test.store.close()
}

func answerKey(_ number: Int) -> CacheKey {
    var random = SeededRandom(seed: UInt64(number))
    return CacheKey(words: (random.next(), random.next(), random.next(), random.next()))
}

/// An answer whose every byte follows from its number and version, so that a wrong one is seen.
func cachedAnswer(
    _ number: Int, version: Int = 0, bytes: Int = 600, namespace: String? = "n", scope: String = "uid:1000",
    storedAt: Int = 1_000_000,
    expiresAt: Int = 9_000_000
) -> CachedAnswer {
    var random = SeededRandom(seed: UInt64(number * 1000 + version))
    return CachedAnswer(
        key: answerKey(number), scope: scope, namespace: namespace, operation: .chat, provider: "openai",
        body: Array("\(version):".utf8) + (0..<bytes).map { _ in UInt8.random(in: 0...255, using: &random) },
        usage: Usage(
            inputTokens: 1, outputTokens: nil, cacheReadInputTokens: 3, cacheCreationInputTokens: 4, reasoningOutputTokens: number
        ),
        responseModel: "gpt-\(number)", traceID: "trace-\(version)", storedAtMilliseconds: storedAt,
        expiresAtMilliseconds: expiresAt)
}

func cachedPrompt(_ number: Int, version: Int = 0, expiresAt: Int = 9_000_000, embedder: String = "e") -> CachedPrompt {
    var learned = LearnedThreshold()
    learned.floor = 0.5
    learned.confirmed = version
    return CachedPrompt(
        key: answerKey(number), partition: answerKey(-1 - number % 3 + 1_000_000), domain: "uid:1000/n",
        text: "question \(number) of version \(version)\u{0}é",
        vector: QuantisedVector(
            bytes: (0..<384).map { Int8(truncatingIfNeeded: $0 * (number + 1)) }, scale: 0.01 + Float(number)),
        embedder: embedder, expiresAtMilliseconds: expiresAt, learned: learned)
}

/// Whether an answer that was read is, in each field, this one.
func isSame(_ one: CachedAnswer, _ other: CachedAnswer) -> Bool {
    one.key == other.key && one.scope == other.scope && one.namespace == other.namespace && one.operation == other.operation
        && one.provider == other.provider && one.body == other.body && one.usage == other.usage
        && one.responseModel == other.responseModel && one.traceID == other.traceID
        && one.storedAtMilliseconds == other.storedAtMilliseconds && one.expiresAtMilliseconds == other.expiresAtMilliseconds
}

/// The version that an answer's body names, if it is whole.
func wholeVersion(_ answer: CachedAnswer, _ number: Int) -> Int? {
    let head = answer.body.prefix { $0 != UInt8(ascii: ":") }
    guard let version = Int(String(decoding: head, as: UTF8.self)) else { return nil }
    return isSame(answer, cachedAnswer(number, version: version, bytes: answer.body.count - head.count - 1)) ? version : nil
}

/// Runs statements on a file, from outside.
func execute(_ path: String, _ sql: String) throws {
    var handle: OpaquePointer?
    defer { sqlite3_close_v2(handle) }
    guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
        sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
    else { throw GatewayFailure(.internalError, handle.map { String(cString: sqlite3_errmsg($0)) } ?? "") }
}

/// Copies the log into the file.
func checkpoint(_ path: String) throws { try execute(path, "PRAGMA wal_checkpoint(TRUNCATE)") }
