// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import Routing
import Testing

struct ConfigLibraryTests {
    private static let one = #"{"strategy":{"mode":"fallback"},"targets":[{"virtual_key":"a"},{"virtual_key":"b"}]}"#
    private static let two = #"{"virtual_key":"c"}"#

    @Test func `a call that names a config follows its newest version, from the change on`() async throws {
        try await withLibrary { library, _ in
            let first = try await library.create("resilient", json: bytes(Self.one), digest: "d1")
            #expect(first.row == ConfigRow(
                name: "resilient", version: 1, json: bytes(Self.one), digest: "d1", createdAtMilliseconds: 5000))
            let before = try library.plan(named: "resilient")
            #expect(before.targets.map(\.virtualKey) == ["a", "b"])
            #expect(try library.plan(named: "resilient") === before)
            let second = try await library.update("resilient", json: bytes(Self.two), digest: "d2", expected: 1)
            #expect(second.row.version == 2)
            #expect(try library.plan(named: "resilient").targets.map(\.virtualKey) == ["c"])
            // What is under way keeps what it began with.
            #expect(before.targets.map(\.virtualKey) == ["a", "b"])
        }
    }

    @Test func `every version is kept and can be had by its number`() async throws {
        try await withLibrary { library, _ in
            _ = try await library.create("c", json: bytes(Self.one), digest: "d1")
            for number in 2...4 { _ = try await library.update("c", json: bytes(Self.two), digest: "d\(number)", expected: nil) }
            #expect(try await library.get("c").row.version == 4)
            #expect(try await library.get("c", version: 1).row.json == bytes(Self.one))
            let (rows, areMore) = try await library.versions(of: "c", before: nil, limit: 3)
            #expect(rows.map(\.version) == [4, 3, 2] && areMore)
            let (rest, arePastEnd) = try await library.versions(of: "c", before: 2, limit: 3)
            #expect(rest.map(\.version) == [1] && !arePastEnd)
            let missing = await failure { try await library.get("c", version: 5) }
            #expect(missing?.code == .notFound && missing?.message.contains("newest is 4") == true)
        }
    }

    @Test func `a change of a version that moved on is a conflict and changes nothing`() async throws {
        try await withLibrary { library, _ in
            _ = try await library.create("c", json: bytes(Self.one), digest: "d")
            _ = try await library.update("c", json: bytes(Self.two), digest: "d", expected: 1)
            let late = await failure { try await library.update("c", json: bytes(Self.one), digest: "d", expected: 1) }
            #expect(late?.code == .conflict && late?.path == "expected_version")
            #expect(try await library.get("c").row.json == bytes(Self.two))
            let taken = await failure { try await library.create("c", json: bytes(Self.one), digest: "d") }
            #expect(taken?.code == .conflict && taken?.message.contains("version 2") == true)
        }
    }

    @Test func `changes of one config at the same time do not overlap, and none is lost`() async throws {
        try await withLibrary { library, _ in
            _ = try await library.create("c", json: bytes(Self.one), digest: "d")
            let versions = await withTaskGroup(of: Int?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do throws(GatewayFailure) {
                            return try await library.update("c", json: bytes(Self.two), digest: "d", expected: nil).row.version
                        } catch {
                            #expect(error.code == .conflict && error.retryable)
                            return nil
                        }
                    }
                }
                return await group.reduce(into: [Int]()) { all, version in if let version { all.append(version) } }
            }
            #expect(!versions.isEmpty && Set(versions).count == versions.count)
            #expect(try await library.get("c").row.version == versions.max())
            #expect(try await library.versions(of: "c", before: nil, limit: 100).rows.count == versions.count + 1)
        }
    }

    @Test func `a name that is not there says which one was meant`() async throws {
        try await withLibrary { library, _ in
            _ = try await library.create("resilient", json: bytes(Self.one), digest: "d")
            let missing = await failure { try library.plan(named: "resilent") }
            #expect(missing?.code == .notFound && missing?.path == "options.config")
            #expect(missing?.message.contains("Did you mean 'resilient'?") == true)
            try await library.delete("resilient")
            #expect(await failure { try library.plan(named: "resilient") }?.code == .notFound)
            #expect(await failure { try await library.delete("resilient") }?.code == .notFound)
            #expect(await failure { try await library.update("x", json: bytes("{}"), digest: "", expected: nil) } != nil)
        }
    }

    @Test func `a stored config that cannot be followed any more fails only itself`() async throws {
        try await withStore { store in
            let bad = #"{"strategy":{"mode":"nonsense"},"targets":[{"virtual_key":"a"}]}"#
            for (name, json) in [("good", Self.one), ("bad", bad), ("worse", "{")] {
                try await store.insertConfigRow(
                    ConfigRow(name: name, version: 3, json: bytes(json), digest: "d", createdAtMilliseconds: 1))
            }
            let library = try await ConfigLibrary(storage: store, clock: testClock)
            #expect(library.list().filter { $0.problem != nil }.map(\.row.name) == ["bad", "worse"])
            #expect(try library.plan(named: "good").targets.count == 2)
            let refused = await failure { try library.plan(named: "bad") }
            #expect(refused?.code == .invalidParams && refused?.message.contains("version 3") == true)
            // And it can be mended.
            _ = try await library.update("bad", json: bytes(Self.two), digest: "d", expected: 3)
            #expect(try library.plan(named: "bad").targets.count == 1)
        }
    }

    @Test func `after a restart the newest versions are there`() async throws {
        try await withStore { store in
            let first = try await ConfigLibrary(storage: store, clock: testClock)
            _ = try await first.create("c", json: bytes(Self.one), digest: "d")
            _ = try await first.update("c", json: bytes(Self.two), digest: "d", expected: nil)
            let second = try await ConfigLibrary(storage: store, clock: testClock)
            #expect(second.list().map(\.row.version) == [2])
            #expect(try second.plan(named: "c").targets.map(\.virtualKey) == ["c"])
        }
    }

    @Test func `a config of the file goes before a saved one and is changed there only`() async throws {
        try await withLibrary { library, _ in
            _ = try await library.create("c", json: bytes(Self.one), digest: "d")
            let fromFile = try SavedConfig(fromFile: "c", json: bytes(Self.two), digest: "f", path: "configs.c")
            library.use(fromFile: [fromFile])
            #expect(try library.plan(named: "c").targets.map(\.virtualKey) == ["c"])
            #expect(library.list().map(\.isFromFile) == [true])
            #expect(try await library.versions(of: "c", before: nil, limit: 9).rows.map(\.digest) == ["f"])
            for refused in [
                await failure { try await library.update("c", json: bytes(Self.one), digest: "d", expected: nil) },
                await failure { try await library.create("c", json: bytes(Self.one), digest: "d") },
                await failure { try await library.delete("c") },
            ] {
                #expect(refused?.code == .conflict && refused?.message.contains("configuration file") == true)
            }
            library.use(fromFile: [])
            #expect(try library.plan(named: "c").targets.count == 2)
        }
    }

    @Test(arguments: [
        (#"{"api_key":"sk-canary"}"#, "params.config.api_key"),
        (#"{"strategy":{"mode":"single"},"targets":[{"virtual_key":"a"},{"provider":"openai","api_key":"sk-canary"}]}"#,
            "params.config.targets[1].api_key"),
        (#"{"virtual_key":"a","override_params":{"apiKey":"sk-canary"}}"#, "params.config.override_params.apiKey"),
        (#"{"virtual_key":"a","ap\u0069_key":"sk-canary"}"#, "params.config.api_key"),
        (#"{"provider":"bedrock","aws_secret_access_key":"canary"}"#, "params.config.aws_secret_access_key"),
        (#"{"vertex_service_account_json":{"private_key":"canary"}}"#, "params.config.vertex_service_account_json"),
    ])
    func `a config that says a key is not stored`(json: String, path: String) async throws {
        try await withLibrary { library, store in
            for refused in [
                await failure { try await library.create("c", json: bytes(json), digest: "d") },
                await failure { _ = try library.check(bytes(json)) },
            ] {
                #expect(refused?.code == .invalidParams && refused?.path == path)
                #expect(refused?.message.contains("vault") == true && refused?.message.contains("canary") == false)
            }
            let stored = try await store.loadConfigs()
            #expect(stored.isEmpty)
        }
    }

    @Test func `a tool's parameter that is called api_key is no key`() async throws {
        let json = #"{"virtual_key":"a","override_params":{"tools":[{"properties":{"api_key":{"type":"string"}}}]}}"#
        try await withLibrary { library, _ in
            let saved = try await library.create("c", json: bytes(json), digest: "d")
            #expect(saved.row.version == 1)
        }
    }
}
