// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What the cache has, what it was good for, and how often it was wrong.
package enum CacheStats: RPCMethod {
    package static let name = "cache.stats"
    package static let group = RPCGroup.cache
    package static let socket = RPCSocket.admin
    package static let summary = "Tells what the cache has, what it was good for, and how often its semantic hits were wrong."

    package struct Result: Sendable {
        /// Since the daemon's start; `entries` and `vectors` are what is there now.
        package var counts: [(name: StaticString, count: Int)]
        package var memoryBytes: Int
        package var diskBytes: Int
        package var embedder: Embedder
        /// Why the disk keeps nothing at the moment, or nil.
        package var trouble: String?
        package var namespaces: [Namespace]
        package var saved: Saved

        package init(
            counts: [(name: StaticString, count: Int)], memoryBytes: Int, diskBytes: Int, embedder: Embedder, trouble: String?,
            namespaces: [Namespace], saved: Saved
        ) {
            self.counts = counts
            self.memoryBytes = memoryBytes
            self.diskBytes = diskBytes
            self.embedder = embedder
            self.trouble = trouble
            self.namespaces = namespaces
            self.saved = saved
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            for (name, count) in counts { json.key(name); json.int(count) }
            json.key("bytes")
            json.beginObject()
            json.key("memory"); json.int(memoryBytes)
            json.key("disk"); json.int(diskBytes)
            json.endObject()
            json.key("embedder"); embedder.write(to: &json)
            json.key("trouble"); json.string(orNull: trouble)
            json.key("namespaces")
            json.beginArray()
            for namespace in namespaces { namespace.write(to: &json) }
            json.endArray()
            json.key("saved"); saved.write(to: &json)
            json.endObject()
        }
    }
}

extension CacheStats {
    package struct Embedder: Sendable {
        /// `ready`, `missing` or `off`.
        package var state: String
        package var model: String?
        package var instructions: String?
        /// Why it is not ready.
        package var reason: String?

        package init(state: String, model: String?, instructions: String?, reason: String?) {
            self.state = state
            self.model = model
            self.instructions = instructions
            self.reason = reason
        }

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("state"); json.string(state)
            json.key("model"); json.string(orNull: model)
            json.key("instructions"); json.string(orNull: instructions)
            json.key("reason"); json.string(orNull: reason)
            json.endObject()
        }
    }

    /// The false hits of one namespace; rates are fractions, 0 to 1.
    package struct Namespace: Sendable {
        package var scope: String
        package var namespace: String?
        package var verified: Int
        package var refuted: Int
        package var falseHitRate: Double?
        package var interval: (low: Double, high: Double)?
        package var maximum: Double
        package var isStopped: Bool

        package init(
            scope: String, namespace: String?, verified: Int, refuted: Int, falseHitRate: Double?,
            interval: (low: Double, high: Double)?, maximum: Double, isStopped: Bool
        ) {
            self.scope = scope
            self.namespace = namespace
            self.verified = verified
            self.refuted = refuted
            self.falseHitRate = falseHitRate
            self.interval = interval
            self.maximum = maximum
            self.isStopped = isStopped
        }

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("scope"); json.string(scope)
            json.key("namespace"); json.string(orNull: namespace)
            json.key("verified"); json.int(verified)
            json.key("refuted"); json.int(refuted)
            json.key("false_hit_rate"); json.double(orNull: falseHitRate)
            json.key("interval")
            if let interval {
                json.beginArray()
                json.double(interval.low)
                json.double(interval.high)
                json.endArray()
            } else {
                json.null()
            }
            json.key("max"); json.double(maximum)
            json.key("stopped"); json.bool(isStopped)
            json.endObject()
        }
    }

    /// What the answers that were served again had used when they came.
    package struct Saved: Sendable {
        package var inputTokens: Int
        package var outputTokens: Int
        package var nanoUSD: Int

        package init(inputTokens: Int, outputTokens: Int, nanoUSD: Int) {
            self.inputTokens = inputTokens
            self.outputTokens = outputTokens
            self.nanoUSD = nanoUSD
        }

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("input_tokens"); json.int(inputTokens)
            json.key("output_tokens"); json.int(outputTokens)
            json.key("nano_usd"); json.int(nanoUSD)
            json.endObject()
        }
    }
}
