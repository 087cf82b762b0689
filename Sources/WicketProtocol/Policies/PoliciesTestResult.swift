// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

extension PoliciesTest {
    package struct Result: Sendable {
        /// A policy that was asked and is not for the process.
        package struct PassedBy: Sendable {
            package var policy: String
            /// The first field of `match` that does not hold: `uid`, `user`, `group`, `unit` or `cgroup`.
            package var field: String

            package init(policy: String, field: String) {
                self.policy = policy
                self.field = field
            }
        }

        /// Who was asked about, names resolved.
        package var uid: Int
        package var gid: Int?
        package var groups: [Int]
        /// nil where none matches: then the socket's mode alone decides.
        package var policy: String?
        package var passedBy: [PassedBy]
        package var isAllowed: Bool
        /// Why not.
        package var reason: String?
        /// What the policy gives by default; raw JSON, an object.
        package var defaults: [UInt8]

        package init(
            uid: Int, gid: Int?, groups: [Int], policy: String?, passedBy: [PassedBy], isAllowed: Bool, reason: String?,
            defaults: [UInt8]
        ) {
            self.uid = uid
            self.gid = gid
            self.groups = groups
            self.policy = policy
            self.passedBy = passedBy
            self.isAllowed = isAllowed
            self.reason = reason
            self.defaults = defaults
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("uid"); json.int(uid)
            json.key("gid"); json.int(orNull: gid)
            json.key("groups")
            json.beginArray()
            for group in groups { json.int(group) }
            json.endArray()
            json.key("policy"); json.string(orNull: policy)
            json.key("passed_by")
            json.beginArray()
            for each in passedBy {
                json.beginObject()
                json.key("policy"); json.string(each.policy)
                json.key("field"); json.string(each.field)
                json.endObject()
            }
            json.endArray()
            json.key("allowed"); json.bool(isAllowed)
            json.key("reason"); json.string(orNull: reason)
            json.key("defaults"); json.raw(defaults)
            json.endObject()
        }
    }
}
