// SPDX-License-Identifier: Apache-2.0
import Testing
import WicketProtocol

struct RegistryTests {
    @Test func `each method stands there once, with a sentence`() {
        #expect(Set(RPCMethods.all.map(\.name)).count == RPCMethods.all.count)
        for method in RPCMethods.all {
            #expect(method.summary.hasSuffix(".") && method.summary.count <= 100, "\(method.name)")
        }
    }

    @Test(arguments: [
        ("chat.completions.create", RPCSocket.use), ("messages.create", .use), ("embeddings.create", .use),
        ("models.list", .use),
        ("virtual_keys.create", .admin), ("virtual_keys.list", .admin), ("virtual_keys.get", .admin),
        ("virtual_keys.update", .admin), ("virtual_keys.rotate", .admin), ("virtual_keys.delete", .admin),
        ("vault.status", .admin), ("vault.unlock", .admin), ("vault.rotate_master", .admin),
        ("system.reload", .admin), ("system.drain", .admin),
        ("configs.create", .admin), ("configs.list", .admin), ("configs.get", .admin), ("configs.update", .admin),
        ("configs.delete", .admin), ("configs.versions.list", .admin), ("configs.check", .admin),
        ("policies.create", .admin), ("policies.list", .admin), ("policies.get", .admin), ("policies.update", .admin),
        ("policies.delete", .admin), ("policies.test", .admin),
        ("targets.list", .admin), ("targets.reset", .admin), ("targets.trip", .admin), ("requests.explain", .admin),
        ("budgets.list", .admin), ("budgets.get", .admin), ("budgets.reset", .admin),
        ("cache.stats", .admin), ("cache.purge", .admin), ("cache.reject", .both), ("cache.explain", .both),
        ("providers.list", .both), ("audit.list", .admin), ("audit.verify", .admin),
        ("logs.list", .both), ("logs.get", .both), ("logs.tail", .admin),
        ("logs.export", .admin), ("analytics.query", .admin), ("usage.get", .both), ("feedback.create", .both),
        ("rpc.discover", .both), ("system.info", .both), ("system.health", .both),
        ("system.ping", .both), ("system.whoami", .both), ("session.configure", .both), ("$/cancelRequest", .both),
    ])
    func `a method answers on the sockets that the contract gives it`(name: String, socket: RPCSocket) {
        #expect(RPCMethods.named(name)?.socket == socket)
    }

    @Test func `that table is the whole list`() {
        #expect(RPCMethods.all.count == 59)
        #expect(RPCMethods.named("virtual_keys") == nil)
    }

    @Test func `methods that stream name their notification`() {
        #expect(
            RPCMethods.all.compactMap(\.chunkNotification)
                == ["chat.completions.chunk", "messages.chunk", "logs.tail.chunk", "logs.export.chunk"])
    }

    @Test(arguments: [
        ("modle", "model"), ("virtual_keys", "virtual_key"), ("provder", "provider"), ("x", nil), ("completely", nil), ("", nil),
    ] as [(String, String?)])
    func `a misspelt name finds the one it meant`(typed: String, meant: String?) {
        #expect(nearestName(to: typed, among: ["model", "virtual_key", "provider", "note"]) == meant)
    }
}
