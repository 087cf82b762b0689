// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

struct ConfigTableTests {
    private func row(_ name: String, _ version: Int, _ json: String = #"{"targets" : [] }"#) -> ConfigRow {
        ConfigRow(
            name: name, version: version, json: Array(json.utf8), digest: "d\(version)",
            createdAtMilliseconds: 1_800_000_000_000 + version)
    }

    @Test func `the newest version of each config is loaded, byte for byte`() async throws {
        try await withStore { test in
            let odd = #"{ "a":1.0,  "a" :1e0, "ü":"\u00e9"}"#
            for row in [row("one", 1), row("two", 1, odd), row("one", 2), row("one", 10)] {
                try await test.store.insertConfigRow(row)
            }
            let loaded = try await test.store.loadConfigs().sorted { $0.name < $1.name }
            #expect(loaded == [row("one", 10), row("two", 1, odd)])
            #expect(try await test.store.configRow(named: "one", version: 2) == row("one", 2))
            #expect(try await test.store.configRow(named: "one", version: 3) == nil)
        }
    }

    @Test func `a version is stored once`() async throws {
        try await withStore { test in
            try await test.store.insertConfigRow(row("one", 1))
            let again = await failure { try await test.store.insertConfigRow(row("one", 1, "{}")) }
            #expect(again?.code == .conflict)
            #expect(try await test.store.loadConfigs() == [row("one", 1)])
        }
    }

    @Test func `versions are listed from the newest, below a number`() async throws {
        try await withStore { test in
            for version in 1...5 { try await test.store.insertConfigRow(row("one", version)) }
            try await test.store.insertConfigRow(row("two", 9))
            func versions(_ before: Int, _ limit: Int) async throws -> [Int] {
                try await test.store.configVersions(named: "one", before: before, limit: limit).map(\.version)
            }
            #expect(try await versions(.max, 2) == [5, 4])
            #expect(try await versions(4, 9) == [3, 2, 1])
            #expect(try await versions(1, 9) == [])
        }
    }

    @Test func `a config goes with all of its versions, and its name may be used again`() async throws {
        try await withStore { test in
            for row in [row("one", 1), row("one", 2), row("two", 1)] { try await test.store.insertConfigRow(row) }
            try await test.store.deleteConfig(named: "one")
            #expect(try await test.store.loadConfigs() == [row("two", 1)])
            #expect(try await test.store.configVersions(named: "one", before: .max, limit: 9) == [])
            try await test.store.insertConfigRow(row("one", 1))
        }
    }
}
