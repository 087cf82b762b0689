// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel

extension GatewayStore {
    package func loadVaultMaster() async throws(GatewayFailure) -> VaultMasterRow? {
        try await read { connection in
            let statement = try connection.statement("SELECT \(VaultMasterTable.columns) FROM vault_master")
            defer { statement.reset() }
            return try statement.step() ? VaultMasterTable.row(statement) : nil
        }
    }

    package func resealVault(
        _ rows: [VaultRow], under master: VaultMasterRow, _ event: AuditEvent?
    ) async throws(GatewayFailure) {
        try await write { [self] connection in
            let replace = try connection.statement(VaultMasterTable.replace)
            VaultMasterTable.bind(master, to: replace)
            try replace.run()
            let reseal = try connection.statement(VaultTable.reseal)
            for row in rows {
                VaultTable.bind(row, to: reseal)
                try reseal.run()
                if connection.changes == 0 { throw noSuchKey(row.name) }
            }
            try record(event, connection)
        }
    }

    package func recordVaultEvent(_ event: AuditEvent) async throws(GatewayFailure) {
        try await write { [self] connection in try record(event, connection) }
    }
}

/// How what is known of the master key becomes the table's one row and back.
private enum VaultMasterTable {
    static let columns = "id, source, salt, rounds, block_size, parallelism, check_value, created_at"
    static let replace = "INSERT OR REPLACE INTO vault_master (slot, \(columns)) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"

    static func bind(_ row: VaultMasterRow, to statement: SQLiteStatement) {
        statement.bind(1, row.id)
        statement.bind(2, row.source)
        if let salt = row.derivation?.salt { statement.bind(3, blob: salt) } else { statement.bindNull(3) }
        statement.bind(4, row.derivation?.rounds)
        statement.bind(5, row.derivation?.blockSize)
        statement.bind(6, row.derivation?.parallelism)
        statement.bind(7, blob: row.checkValue)
        statement.bind(8, row.createdAtMilliseconds)
    }

    static func row(_ statement: SQLiteStatement) -> VaultMasterRow {
        VaultMasterRow(
            id: statement.text(0) ?? "", source: statement.text(1) ?? "",
            derivation: statement.bytes(2).map {
                PassphraseDerivation(
                    salt: $0, rounds: statement.int(3) ?? 0, blockSize: statement.int(4) ?? 0, parallelism: statement.int(5) ?? 0)
            },
            checkValue: statement.bytes(6) ?? [], createdAtMilliseconds: statement.int(7) ?? 0)
    }
}
