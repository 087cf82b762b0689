// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

extension CacheExplain {
    /// A kept question that is near.
    package struct Candidate: Sendable {
        package var entry: String
        package var text: String
        package var score: Double
        package var edit: String
        package var needed: Double
        package var veto: String?
        package var reason: String?
        package var isHit: Bool
        package var ageSeconds: Int

        package init(
            entry: String, text: String, score: Double, edit: String, needed: Double, veto: String?, reason: String?,
            isHit: Bool, ageSeconds: Int
        ) {
            self.entry = entry
            self.text = text
            self.score = score
            self.edit = edit
            self.needed = needed
            self.veto = veto
            self.reason = reason
            self.isHit = isHit
            self.ageSeconds = ageSeconds
        }

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("entry"); json.string(entry)
            json.key("text"); json.string(text)
            json.key("score"); json.double(score)
            json.key("edit"); json.string(edit)
            json.key("needed"); json.double(needed)
            json.key("veto"); json.string(orNull: veto)
            json.key("reason"); json.string(orNull: reason)
            json.key("hit"); json.bool(isHit)
            json.key("age_s"); json.int(ageSeconds)
            json.endObject()
        }
    }

    package struct Result: Sendable {
        /// What the reply's `cache_status` would be.
        package var cacheStatus: String
        package var mode: String
        package var scope: String
        package var namespace: String?
        package var target: String?
        package var entry: String?
        package var bypass: String?
        package var partition: String?
        package var candidates: [Candidate]

        package init(
            cacheStatus: String, mode: String, scope: String, namespace: String?, target: String?, entry: String?,
            bypass: String?, partition: String?, candidates: [Candidate]
        ) {
            self.cacheStatus = cacheStatus
            self.mode = mode
            self.scope = scope
            self.namespace = namespace
            self.target = target
            self.entry = entry
            self.bypass = bypass
            self.partition = partition
            self.candidates = candidates
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("cache_status"); json.string(cacheStatus)
            json.key("mode"); json.string(mode)
            json.key("scope"); json.string(scope)
            json.key("namespace"); json.string(orNull: namespace)
            json.key("target"); json.string(orNull: target)
            json.key("entry"); json.string(orNull: entry)
            json.key("bypass"); json.string(orNull: bypass)
            json.key("partition"); json.string(orNull: partition)
            json.key("candidates")
            json.beginArray()
            for candidate in candidates { candidate.write(to: &json) }
            json.endArray()
            json.endObject()
        }
    }
}
