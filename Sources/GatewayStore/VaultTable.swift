// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel
import JSONBytes

extension GatewayStore: VaultStorage {
    package func loadVault() async throws(GatewayFailure) -> [VaultRow] {
        try await read { connection in
            let statement = try connection.statement("SELECT \(VaultTable.columns.joined(separator: ",")) FROM virtual_key")
            var rows: [VaultRow] = []
            while try statement.step() { rows.append(VaultTable.row(statement)) }
            return rows
        }
    }

    package func insertVaultRow(_ row: VaultRow, _ event: AuditEvent? = nil) async throws(GatewayFailure) {
        try await write { [self] connection in
            let statement = try connection.statement(VaultTable.insert)
            VaultTable.bind(row, to: statement)
            do throws(SQLiteError) { try statement.run() } catch {
                guard error.isDuplicate else { throw error }
                throw GatewayFailure(.conflict, "A virtual key '\(row.name)' exists already.", path: "name")
            }
            try record(event, connection)
        }
    }

    package func updateVaultRow(_ row: VaultRow, _ event: AuditEvent? = nil) async throws(GatewayFailure) {
        try await write { [self] connection in
            let statement = try connection.statement(VaultTable.update)
            VaultTable.bind(row, to: statement)
            try statement.run()
            if connection.changes == 0 { throw noSuchKey(row.name) }
            try record(event, connection)
        }
    }

    package func deleteVaultRow(named name: String, _ event: AuditEvent? = nil) async throws(GatewayFailure) {
        try await write { [self] connection in
            let statement = try connection.statement("DELETE FROM virtual_key WHERE name = ?1")
            statement.bind(1, name)
            try statement.run()
            if connection.changes == 0 { throw noSuchKey(name) }
            try record(event, connection)
        }
    }

    package func recordVaultUse(_ uses: [VaultUse]) async throws(GatewayFailure) {
        try await write { connection in
            let statement = try connection.statement("UPDATE virtual_key SET last_used_at = ?2 WHERE name = ?1")
            for use in uses {
                statement.bind(1, use.name)
                statement.bind(2, use.atMilliseconds)
                try statement.run()
            }
        }
    }
}

func noSuchKey(_ name: String) -> GatewayFailure { GatewayFailure(.notFound, "There is no virtual key '\(name)'.") }

/// How a vault row becomes a row of the table and back. The name is the first column, so the same parameters serve both
/// statements.
enum VaultTable {
    static let columns = [
        "name", "provider", "base_url", "origin", "models", "expires_at", "note", "rate_limits", "usage_limits", "fingerprint",
        "key_version", "master_key_id", "wrapped_data_key", "ciphertext", "previous_key_version", "previous_master_key_id",
        "previous_wrapped_data_key", "previous_ciphertext", "previous_until", "created_at", "updated_at", "last_used_at",
        "id", "tag", "owner_uid", "owner_user",
    ]

    static let insert: String = {
        let parameters = (1...columns.count).map { "?\($0)" }
        return "INSERT INTO virtual_key (\(columns.joined(separator: ","))) VALUES (\(parameters.joined(separator: ",")))"
    }()

    static let update = updating { $0 != "name" }

    /// How the row is sealed, and nothing else.
    static let reseal = updating { sealing.contains($0) }

    private static let sealing: Set = [
        "fingerprint", "key_version", "master_key_id", "wrapped_data_key", "ciphertext", "previous_key_version",
        "previous_master_key_id", "previous_wrapped_data_key", "previous_ciphertext", "previous_until", "id", "tag",
    ]

    private static func updating(_ isChanged: (String) -> Bool) -> String {
        let assignments = columns.enumerated().filter { isChanged($1) }.map { "\($1) = ?\($0 + 1)" }
        return "UPDATE virtual_key SET \(assignments.joined(separator: ", ")) WHERE name = ?1"
    }

    static func bind(_ row: VaultRow, to statement: SQLiteStatement) {
        statement.bind(1, row.name)
        statement.bind(2, row.provider)
        statement.bind(3, row.baseURL)
        statement.bind(4, row.origin)
        statement.bind(5, text: row.models.map(array))
        statement.bind(6, row.expiresAtMilliseconds)
        statement.bind(7, row.note)
        statement.bind(8, text: row.rateLimits)
        statement.bind(9, text: row.usageLimits)
        statement.bind(10, row.fingerprint)
        bind(row.secret, to: statement, first: 11)
        if let previous = row.previous {
            bind(previous.secret, to: statement, first: 15)
        } else {
            for index in 15...18 as ClosedRange<Int32> { statement.bindNull(index) }
        }
        statement.bind(19, row.previous?.untilMilliseconds)
        statement.bind(20, row.createdAtMilliseconds)
        statement.bind(21, row.updatedAtMilliseconds)
        statement.bind(22, row.lastUsedAtMilliseconds)
        bind(23, row.id, to: statement)
        bind(24, row.tag, to: statement)
        statement.bind(25, row.owner.map { Int($0.uid) })
        statement.bind(26, row.owner?.user)
    }

    private static func bind(_ index: Int32, _ blob: [UInt8]?, to statement: SQLiteStatement) {
        if let blob { statement.bind(index, blob: blob) } else { statement.bindNull(index) }
    }

    private static func bind(_ secret: SealedSecret, to statement: SQLiteStatement, first: Int32) {
        statement.bind(first, secret.keyVersion)
        statement.bind(first + 1, secret.masterKeyID)
        statement.bind(first + 2, blob: secret.wrappedDataKey)
        statement.bind(first + 3, blob: secret.ciphertext)
    }

    static func row(_ statement: SQLiteStatement) -> VaultRow {
        var row = VaultRow(
            name: statement.text(0) ?? "", provider: statement.text(1) ?? "", baseURL: statement.text(2) ?? "",
            origin: statement.text(3) ?? "", models: statement.bytes(4).map(strings), expiresAtMilliseconds: statement.int(5),
            note: statement.text(6) ?? "", rateLimits: statement.bytes(7) ?? [], usageLimits: statement.bytes(8) ?? [],
            fingerprint: statement.text(9) ?? "", secret: secret(statement, first: 10),
            previous: statement.int(18).map { PreviousSecret(secret: secret(statement, first: 14), untilMilliseconds: $0) },
            createdAtMilliseconds: statement.int(19) ?? 0, updatedAtMilliseconds: statement.int(20) ?? 0,
            lastUsedAtMilliseconds: statement.int(21))
        row.id = statement.bytes(22)
        row.tag = statement.bytes(23)
        row.owner = statement.int(24).map { KeyOwner(uid: UInt32(truncatingIfNeeded: $0), user: statement.text(25)) }
        return row
    }

    private static func secret(_ statement: SQLiteStatement, first: Int32) -> SealedSecret {
        SealedSecret(
            keyVersion: statement.int(first) ?? 0, masterKeyID: statement.text(first + 1) ?? "",
            wrappedDataKey: statement.bytes(first + 2) ?? [], ciphertext: statement.bytes(first + 3) ?? [])
    }

    private static func array(_ strings: [String]) -> [UInt8] {
        var json = JSONWriter()
        json.beginArray()
        for string in strings { json.string(string) }
        json.endArray()
        return json.bytes
    }

    /// A list that was damaged matches nothing, rather than everything.
    private static func strings(_ json: [UInt8]) -> [String] {
        guard let document = try? JSONDocument(json) else { return [] }
        return document.elements(of: document.root).compactMap { document.string($0) }
    }
}
