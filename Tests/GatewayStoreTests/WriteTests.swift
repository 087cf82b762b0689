// SPDX-License-Identifier: Apache-2.0
import CSQLite
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

struct WriteTests {
    private func makeTable(_ store: GatewayStore) async throws {
        try await store.write { try $0.execute("CREATE TABLE thing (name TEXT PRIMARY KEY) STRICT") }
    }

    private func names(_ store: GatewayStore) async throws -> [String] {
        try await store.read { connection in
            let statement = try connection.statement("SELECT name FROM thing ORDER BY name")
            var names: [String] = []
            while try statement.step() { names.append(statement.text(0) ?? "") }
            return names
        }
    }

    @Test func `a write's value arrives and its effect can be read`() async throws {
        try await withStore { test in
            try await makeTable(test.store)
            let id = try await test.store.write { connection in
                try connection.execute("INSERT INTO thing VALUES ('a')")
                return connection.lastInsertedID
            }
            #expect(id == 1)
            #expect(try await names(test.store) == ["a"])
        }
    }

    @Test func `one failing write loses no other of its group, and none of the rows`() async throws {
        try await withStore { test in
            try await makeTable(test.store)
            let failures = await withTaskGroup(of: Int.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        test.store.append(record("\(index)"))
                        return await failure {
                            try await test.store.write { connection in
                                try connection.execute("INSERT INTO thing VALUES ('name-\(index)')")
                                if index % 3 == 0 { throw GatewayFailure(.conflict, "not this one") }
                                if index % 3 == 1 { try connection.execute("INSERT INTO thing VALUES ('name-\(index)')") }
                            }
                        } == nil ? 0 : 1
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(failures == 67)
            let expected = (0..<100).filter { $0 % 3 == 2 }.map { "name-\($0)" }.sorted()
            #expect(try await names(test.store) == expected)
            try await test.store.flush()
            #expect(try await test.allCalls().count == 100)
        }
    }

    @Test func `a write that ends the transaction itself fails, and the rows of its group are written all the same`() async throws
    {
        var options = StoreOptions()
        options.firstPauseMilliseconds = 1
        try await withStore(options) { test in
            test.store.append(record("kept"))
            let failure = await failure { try await test.store.write { try $0.execute("ROLLBACK") } }
            #expect(failure != nil)
            try await test.store.flush()
            #expect(try await test.allCalls().map(\.record.traceID) == ["kept"])
        }
    }

    @Test func `a failure keeps its own code`() async throws {
        try await withStore { test in
            let failure = await failure {
                try await test.store.write { _ in throw GatewayFailure(.notFound, "gone", path: "name") }
            }
            #expect(failure?.code == .notFound)
            #expect(failure?.path == "name")
            #expect(
                await GatewayStoreTests.failure { try await test.store.write { try $0.execute("NONSENSE") } }?.code
                    == .internalError)
        }
    }

    @Test func `a reader cannot write`() async throws {
        try await withStore { test in
            #expect(await failure { try await test.store.read { try $0.execute("DELETE FROM call") } } != nil)
        }
    }
}
