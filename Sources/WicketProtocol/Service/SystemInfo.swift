// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Who answers: version, process, sockets, and how much it has done since it started.
package enum SystemInfo: RPCMethod {
    package static let name = "system.info"
    package static let group = RPCGroup.service
    package static let socket = RPCSocket.both
    package static let summary = "Tells what runs here: version, process, sockets."

    package struct Result: Sendable {
        package var version = WicketVersion.release
        /// See ``WicketVersion/rpc``.
        package var rpcVersion = WicketVersion.rpc
        package var pid: Int
        package var uid: Int
        /// RFC 3339, UTC.
        package var startedAt: String
        package var uptimeMilliseconds: Int
        package var useSocket: String
        package var adminSocket: String
        /// Threads that serve connections.
        package var reactors: Int
        package var vaultIsUnlocked: Bool
        /// Entries of the catalog, those of the configuration included.
        package var providers: Int
        /// What compares questions by their meaning.
        package var embedder: CacheStats.Embedder
        package var counters: Counters?

        package init(
            pid: Int, uid: Int, startedAt: String, uptimeMilliseconds: Int, useSocket: String, adminSocket: String, reactors: Int,
            vaultIsUnlocked: Bool, providers: Int, embedder: CacheStats.Embedder, counters: Counters? = nil
        ) {
            self.pid = pid
            self.uid = uid
            self.startedAt = startedAt
            self.uptimeMilliseconds = uptimeMilliseconds
            self.useSocket = useSocket
            self.adminSocket = adminSocket
            self.reactors = reactors
            self.vaultIsUnlocked = vaultIsUnlocked
            self.providers = providers
            self.embedder = embedder
            self.counters = counters
        }
    }

    package struct Counters: Sendable {
        /// Open now.
        package var connections: Int
        /// Running now.
        package var inFlight: Int
        /// Inference requests that have ended since the start, well or not.
        package var requests: Int
        /// Of those, the ones that ended with an error.
        package var failures: Int

        package init(connections: Int, inFlight: Int, requests: Int, failures: Int) {
            self.connections = connections
            self.inFlight = inFlight
            self.requests = requests
            self.failures = failures
        }
    }
}

extension SystemInfo.Result {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("name"); json.string("wicketd")
        json.key("version"); json.string(version)
        json.key("protocol"); json.int(rpcVersion)
        json.key("pid"); json.int(pid)
        json.key("uid"); json.int(uid)
        json.key("started_at"); json.string(startedAt)
        json.key("uptime_ms"); json.int(uptimeMilliseconds)
        json.key("sockets")
        json.beginObject()
        json.key("use"); json.string(useSocket)
        json.key("admin"); json.string(adminSocket)
        json.endObject()
        json.key("reactors"); json.int(reactors)
        json.key("vault")
        json.beginObject()
        json.key("state"); json.string(VaultStatus.state(unlocked: vaultIsUnlocked))
        json.endObject()
        json.key("providers"); json.int(providers)
        json.key("embedder"); embedder.write(to: &json)
        if let counters { counters.write(to: &json) }
        json.endObject()
    }
}

extension SystemInfo.Counters {
    fileprivate func write(to json: inout JSONWriter) {
        json.key("counters")
        json.beginObject()
        json.key("connections"); json.int(connections)
        json.key("in_flight"); json.int(inFlight)
        json.key("requests"); json.int(requests)
        json.key("failures"); json.int(failures)
        json.endObject()
    }
}
