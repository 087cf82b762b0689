// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import Synchronization
import Testing

struct JournalTests {
    @Test func `a record comes back as it was written, every field of it`() async throws {
        try await withStore { test in
            let full = fullRecord("4bf92f3577b34da6a3ce929d0e0e4736")
            test.store.append(full)
            test.store.append(record("bare"))
            try await test.store.flush()
            let calls = try await test.allCalls()
            #expect(calls.map(\.id) == [1, 2])
            #expect("\(try #require(calls.first).record)" == "\(full)")
            #expect("\(try #require(calls.last).record)" == "\(record("bare"))")
            #expect(try await test.store.call(id: 1).record.cost == .priced(NanoUSD(4_650_000)))
            #expect(await failure { try await test.store.call(id: 3) }?.code == .notFound)
        }
    }

    @Test func `texts of any length and content come back`() async throws {
        try await withStore { test in
            let texts = [
                "", "a", "ü\u{1F600}\0x", String(repeating: "long ", count: 20_000), "'; DROP TABLE call; --", "short again",
            ]
            for text in texts {
                test.store.append(
                    record(text) { record in
                        record.model = text
                        record.metadata = Array(text.utf8)[...]
                    })
            }
            try await test.store.flush()
            let calls = try await test.allCalls()
            #expect(calls.map(\.record.traceID) == texts)
            #expect(calls.map(\.record.model) == texts)
            #expect(calls.map { $0.record.metadata.map(Array.init) } == texts.map { Array($0.utf8) })
        }
    }

    @Test func `20,000 rows from several threads are all there, once each and in each thread's order`() async throws {
        try await withStore { test in
            let (threads, rows) = (8, 2500)
            await withTaskGroup(of: Void.self) { group in
                for thread in 0..<threads {
                    group.addTask { for row in 0..<rows { test.store.append(record("\(thread)-\(row)")) } }
                }
            }
            try await test.store.flush()
            let traces = try await test.allCalls().map(\.record.traceID)
            for thread in 0..<threads {
                #expect(traces.filter { $0.hasPrefix("\(thread)-") } == (0..<rows).map { "\(thread)-\($0)" })
            }
            #expect(traces.count == threads * rows)
            let statistics = test.store.statistics
            #expect(statistics.written == threads * rows)
            #expect(statistics.queued == 0 && statistics.dropped == 0)
            #expect(statistics.groups < threads * rows / 10)
        }
    }

    @Test func `rows become durable without being asked for`() async throws {
        try await withStore { test in
            test.store.append(record("one"))
            while test.store.statistics.written == 0 { try await Task.sleep(for: .milliseconds(1)) }
            #expect(try await test.allCalls().count == 1)
        }
    }

    @Test func `closing commits what was appended and refuses what comes later`() async throws {
        let test = try TestStore()
        defer { test.remove() }
        for index in 0..<1000 { test.store.append(record("\(index)")) }
        try await test.store.close()
        #expect(await failure { try await test.store.write { _ in } } != nil)
        #expect(await failure { try await test.store.calls(matching: CallFilter()) } != nil)
        try await test.store.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.path) == ["wicket.db"])

        let reports = Reports()
        let again = try GatewayStore(in: test.directory) { reports.add($0, $1) }
        #expect(try await again.calls(matching: CallFilter(), limit: 1).calls.first?.id == 1000)
        try await again.close()
    }

    @Test func `the files are for their owner alone`() async throws {
        try await withStore { test in
            test.store.append(record("one"))
            try await test.store.flush()
            let files = try FileManager.default.contentsOfDirectory(atPath: test.path)
            #expect(Set(files) == ["wicket.db", "wicket.db-wal", "wicket.db-shm"])
            for file in files {
                let attributes = try FileManager.default.attributesOfItem(atPath: test.path + "/" + file)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
            }
        }
    }
}
