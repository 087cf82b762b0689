// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import GatewayStore
import JSONBytes
import ProviderAdapters
import Synchronization
import WicketProtocol

/// `system.*`, `rpc.discover` and `session.configure`: what the daemon says of itself, and its life.
enum SystemHandlers {
    static let all: [String: MethodHandler] = [
        "system.ping": .plain(.both) { request async throws(GatewayFailure) in
            _ = try request.params(known: [])
            return Array(#"{"pong":true}"#.utf8)
        },
        "system.info": .plain(.both) { request async throws(GatewayFailure) in try info(request) },
        "system.health": .plain(.both) { request async throws(GatewayFailure) in try health(request) },
        "system.reload": .plain(.admin) { request async throws(GatewayFailure) in try reload(request) },
        "system.drain": .plain(.admin) { request async throws(GatewayFailure) in try drain(request) },
        "rpc.discover": .plain(.both) { request async throws(GatewayFailure) in
            _ = try request.params(known: [])
            return oneLine(PackageResources.openrpc_json)
        },
        "session.configure": .plain(.both) { request async throws(GatewayFailure) in try configure(request) },
    ]

    private static func info(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        let facts = shared.facts
        var json = JSONWriter()
        json.beginObject()
        json.key("name")
        json.string("wicketd")
        json.key("version")
        json.string(WicketVersion.release)
        json.key("protocol")
        json.int(WicketVersion.rpc)
        json.key("pid")
        json.int(Int(facts.pid))
        json.key("uid")
        json.int(Int(facts.uid))
        json.key("started_at")
        json.string(Timestamp(milliseconds: facts.startedAtMilliseconds).description)
        json.key("uptime_ms")
        json.int(max(0, shared.clock.wallMilliseconds() - facts.startedAtMilliseconds))
        json.key("sockets")
        json.beginObject()
        json.key("use")
        json.string(facts.useSocket)
        json.key("admin")
        json.string(facts.adminSocket)
        json.endObject()
        json.key("reactors")
        json.int(facts.reactors)
        json.key("in_flight")
        json.int(shared.inFlight.load(ordering: .relaxed))
        json.key("vault")
        json.raw(#"{"state":"unlocked"}"#)
        json.key("providers")
        json.int(shared.catalog.ids.count)
        json.endObject()
        return json.bytes
    }

    private static func health(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        let lost = shared.store.statistics.dropped
        var json = JSONWriter()
        json.beginObject()
        json.key("status")
        json.string(shared.isDraining.load(ordering: .relaxed) ? "draining" : lost > 0 ? "warn" : "ok")
        json.key("checks")
        json.beginArray()
        write("store", lost > 0 ? "warn" : "ok", lost > 0 ? "\(lost) rows of the journal were lost: see whether the disk is full." : nil, to: &json)
        write("vault", "ok", nil, to: &json)
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func write(_ name: StaticString, _ status: StaticString, _ message: String?, to json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(name)
        json.key("status")
        json.string(status)
        json.key("message")
        json.string(orNull: message)
        json.endObject()
    }

    private static func reload(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        try shared.control.reload()
        var json = JSONWriter()
        json.beginObject()
        json.key("config_file")
        json.string(orNull: shared.facts.configurationFile)
        json.endObject()
        return json.bytes
    }

    private static func drain(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        _ = try request.params(known: [])
        let shared = request.session.services.shared
        // This request is one of them, and it is about to end.
        let others = max(0, shared.inFlight.load(ordering: .relaxed) - 1)
        shared.control.drain()
        var json = JSONWriter()
        json.beginObject()
        json.key("draining")
        json.bool(true)
        json.key("in_flight")
        json.int(others)
        json.endObject()
        return json.bytes
    }

    /// Sets the connection's default options: what a request says itself still wins, key by key.
    private static func configure(_ request: RunningRequest) throws(GatewayFailure) -> [UInt8] {
        let params = try request.params(known: ["defaults"])
        var defaults = request.session.services.defaults
        var json = JSONWriter()
        json.beginObject()
        json.key("defaults")
        json.beginArray()
        if let node = params.node("defaults") {
            try defaults.apply(node, of: request.document, path: "params.defaults")
            for member in request.document.members(of: node) { json.raw(request.document.raw(member.key)) }
        }
        json.endArray()
        json.endObject()
        request.session.ownDefaults = defaults
        return json.bytes
    }

    private static func oneLine(_ bytes: [UInt8]) -> [UInt8] {
        var line = bytes
        replaceLineBreaks(in: &line)
        return line
    }
}
