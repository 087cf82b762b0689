// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayStore
import Testing

/// What somebody who can write the database may try.
struct AuditTamperTests {
    private static let triggers = ["audit_keeps_rows", "audit_loses_none", "audit_replaces_none"]

    private static func copy(of id: Int, as new: Int) -> String {
        """
        INSERT INTO audit SELECT format, \(new), at, kind, uid, gid, pid, executable, unit, container, subject, detail, previous,
            hash FROM audit WHERE id = \(id)
        """
    }

    /// A log of six entries, changed behind its back by `sql`.
    private func verdict(
        of sql: String, expecting expected: [UInt8]? = nil, then body: (GatewayStore) async throws -> Void = { _ in }
    ) async throws -> AuditVerdict {
        var verdict: AuditVerdict?
        try await withAuditStore { test in
            for index in 1...6 {
                test.store.append(
                    AuditEvent(index == 4 ? .vaultUnlocked : .keyRotated, by: index == 4 ? nil : auditor, of: "k\(index)"))
            }
            try await test.store.flush()
            #expect(try await test.store.verifyAudit().isValid)
            try await test.store.write { connection in
                for trigger in Self.triggers { try connection.execute("DROP TRIGGER \(trigger)") }
                try connection.execute(sql)
            }
            try await body(test.store)
            verdict = try await test.store.verifyAudit(expecting: expected)
        }
        return try #require(verdict)
    }

    @Test(arguments: [
        "UPDATE audit SET detail = 'x'", "DELETE FROM audit WHERE id = 1", "UPDATE audit SET hash = x'00' WHERE id = 2",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 2",
    ])
    func `the log refuses to be changed`(sql: String) async throws {
        try await withAuditStore { test in
            for _ in 1...3 { test.store.append(AuditEvent(.vaultUnlocked, by: nil)) }
            try await test.store.flush()
            let failure = await failure { try await test.store.write { try $0.execute(sql) } }
            #expect(failure?.message.contains("append-only") == true)
            #expect(try await test.store.verifyAudit().entries == 3)
        }
    }

    @Test(arguments: [
        "format = 2", "at = at + 1", "kind = 'key.created'", "uid = 1001", "uid = uid + 4294967296", "uid = NULL", "gid = 0",
        "gid = NULL", "pid = 1", "pid = pid + 4294967296", "pid = NULL", "executable = '/bin/sh'", "executable = NULL",
        "unit = 'other.service'", "unit = ''", "unit = NULL", "container = 'x'", "container = NULL", "subject = 'K3'",
        "subject = ''", "subject = 'k3' || char(0)", "subject = CAST(x'ff' AS TEXT)", "detail = ' '", "previous = x'00'",
        "previous = zeroblob(32)", "hash = zeroblob(32)", "hash = x''", "subject = 'k', detail = '3'",
        "executable = '', unit = executable || unit",
    ])
    func `a change of any column shows, and which entry it is`(change: String) async throws {
        let verdict = try await verdict(of: "UPDATE audit SET \(change) WHERE id = 3")
        #expect(!verdict.isValid)
        #expect(verdict.firstBadID == 3, "\(verdict)")
        #expect(verdict.entries == 2)
    }

    @Test func `a value that was not there shows too`() async throws {
        for change in ["uid = 0", "pid = 0", "gid = 0", "unit = ''", "executable = ''", "container = ''"] {
            let verdict = try await verdict(of: "UPDATE audit SET \(change) WHERE id = 4")
            #expect(verdict.firstBadID == 4, "\(change): \(verdict)")
        }
    }

    @Test(arguments: [
        ("DELETE FROM audit WHERE id = 1", 1), ("DELETE FROM audit WHERE id = 3", 3), ("DELETE FROM audit WHERE id = 6", 6),
        ("DELETE FROM audit WHERE id > 2", 3), ("DELETE FROM audit", 1),
        // One taken out, and the others moved up.
        ("DELETE FROM audit WHERE id = 3; UPDATE audit SET id = id - 1 WHERE id > 3", 3),
        // Two changed places.
        ("UPDATE audit SET id = -id WHERE id IN (2, 3); UPDATE audit SET id = id + 5 WHERE id < 0", 2),
        // Rows that were put in.
        (copy(of: 6, as: 7), 7), (copy(of: 6, as: 0), 0), (copy(of: 1, as: -9), -9), (copy(of: 6, as: 99), 7),
        // The head, by itself and with the tail.
        ("UPDATE audit_head SET entries = 4", 5), ("UPDATE audit_head SET entries = 9", 7),
        ("UPDATE audit_head SET entries = 9223372036854775807", 7),
        ("UPDATE audit_head SET hash = zeroblob(32)", nil), ("DELETE FROM audit_head", nil),
        ("DELETE FROM audit WHERE id = 6; UPDATE audit_head SET entries = 5", nil),
        ("DELETE FROM audit; UPDATE audit_head SET entries = 0", nil),
    ] as [(String, Int?)])
    func `an entry that was taken out, put in or moved shows`(sql: String, id: Int?) async throws {
        let verdict = try await verdict(of: sql)
        #expect(!verdict.isValid)
        #expect(verdict.firstBadID == id, "\(verdict)")
    }

    @Test(arguments: [
        "DELETE FROM audit WHERE id > 4", "DELETE FROM audit_head", "UPDATE audit_head SET entries = 3, hash = zeroblob(32)",
        "UPDATE audit_head SET entries = 9223372036854775807", "DELETE FROM audit",
    ])
    func `what is written afterwards does not hide it`(sql: String) async throws {
        let verdict = try await verdict(of: sql) { store in
            for _ in 1...5 { store.append(AuditEvent(.vaultUnlocked, by: nil)) }
            try await store.flush()
        }
        #expect(!verdict.isValid, "\(verdict)")
    }

    @Test func `a log that was written anew is valid by itself, and not with a head that was kept`() async throws {
        var head: [UInt8] = []
        try await withAuditStore { test in
            for _ in 1...3 { test.store.append(AuditEvent(.vaultUnlocked, by: nil)) }
            try await test.store.flush()
            head = try await test.store.verifyAudit().head
            test.store.append(AuditEvent(.vaultUnlocked, by: nil))
            try await test.store.flush()
            #expect(try await test.store.verifyAudit(expecting: head).isValid)
            #expect(try await test.store.verifyAudit(expecting: AuditHead.empty.hash).isValid)
        }
        try await withAuditStore { test in
            for _ in 1...4 { test.store.append(AuditEvent(.vaultUnlocked, by: auditor)) }
            try await test.store.flush()
            #expect(try await test.store.verifyAudit().isValid)
            let verdict = try await test.store.verifyAudit(expecting: head)
            #expect(!verdict.isValid && verdict.entries == 4 && verdict.firstBadID == nil)
        }
    }

    @Test func `more entries than are read at a time are one chain`() async throws {
        try await withAuditStore { test in
            for _ in 0..<20_001 { test.store.append(AuditEvent(.callDenied, by: auditor, of: "m")) }
            try await test.store.flush()
            let verdict = try await test.store.verifyAudit()
            #expect(verdict.entries == 20_001 && verdict.isValid)
            let change = "DROP TRIGGER audit_keeps_rows; UPDATE audit SET pid = 1 WHERE id = 15000"
            try await test.store.write { try $0.execute(change) }
            #expect(try await test.store.verifyAudit().firstBadID == 15_000)
        }
    }
}
