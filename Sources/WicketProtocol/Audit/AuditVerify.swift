// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// Whether the audit log is as it was written: reads all of it.
package enum AuditVerify: RPCMethod {
    package static let name = "audit.verify"
    package static let group = RPCGroup.audit
    package static let socket = RPCSocket.admin
    package static let summary = "Reads the whole audit log and tells whether an entry was changed, removed or added."

    package struct Params: Sendable, Equatable {
        /// A hash that an earlier answer gave as `head`: it must still be in the chain.
        package var expect: String?

        package init(expect: String? = nil) { self.expect = expect }

        package init(from document: JSONDocument, _ node: JSONNode?) throws(ParamsError) {
            let reader = try ParamsReader(document, node, known: ["expect"])
            expect = try reader.string("expect")
            if let expect, expect.utf8.count != 64 || !expect.utf8.allSatisfy(isHexadecimal) {
                throw reader.wrong("expect", "64 hexadecimal digits, as an earlier answer's `head`")
            }
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            if let expect { json.key("expect"); json.string(expect) }
            json.endObject()
        }
    }

    package struct Result: Sendable, Equatable {
        /// Entries that are as they were written, in an unbroken chain from the first one.
        package var entries: Int
        /// The hash of the last of them, in hexadecimal.
        package var head: String
        package var valid: Bool
        /// The first entry that was changed, is missing, or does not belong there; nil where no single entry is wrong.
        package var firstBadID: Int?
        package var reason: String?

        package init(entries: Int, head: String, valid: Bool, firstBadID: Int? = nil, reason: String? = nil) {
            self.entries = entries
            self.head = head
            self.valid = valid
            self.firstBadID = firstBadID
            self.reason = reason
        }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("entries"); json.int(entries)
            json.key("head"); json.string(head)
            json.key("valid"); json.bool(valid)
            json.key("first_bad_id"); json.int(orNull: firstBadID)
            json.key("reason"); json.string(orNull: reason)
            json.endObject()
        }
    }
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 6
}
