// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel

extension GatewayStore: ConfigStorage {
    package func loadConfigs() async throws(GatewayFailure) -> [ConfigRow] {
        try await read { connection in
            try ConfigTable.rows(
                connection.statement(
                    """
                    SELECT \(ConfigTable.columns) FROM config AS c
                    WHERE version = (SELECT max(version) FROM config WHERE name = c.name)
                    """))
        }
    }

    package func insertConfigRow(_ row: ConfigRow) async throws(GatewayFailure) {
        try await write { connection in
            let statement = try connection.statement(
                "INSERT INTO config (\(ConfigTable.columns)) VALUES (?1, ?2, ?3, ?4, ?5)")
            statement.bind(1, row.name)
            statement.bind(2, row.version)
            statement.bind(3, text: row.json)
            statement.bind(4, row.digest)
            statement.bind(5, row.createdAtMilliseconds)
            do throws(SQLiteError) { try statement.run() } catch {
                guard error.isDuplicate else { throw error }
                throw GatewayFailure(
                    .conflict, "The config '\(row.name)' has a version \(row.version) already.", path: "name")
            }
        }
    }

    package func configRow(named name: String, version: Int) async throws(GatewayFailure) -> ConfigRow? {
        try await read { connection in
            let statement = try connection.statement(
                "SELECT \(ConfigTable.columns) FROM config WHERE name = ?1 AND version = ?2")
            statement.bind(1, name)
            statement.bind(2, version)
            return try ConfigTable.rows(statement).first
        }
    }

    package func configVersions(named name: String, before: Int, limit: Int) async throws(GatewayFailure) -> [ConfigRow] {
        try await read { connection in
            let statement = try connection.statement(
                """
                SELECT \(ConfigTable.columns) FROM config WHERE name = ?1 AND version < ?2 ORDER BY version DESC LIMIT ?3
                """)
            statement.bind(1, name)
            statement.bind(2, before)
            statement.bind(3, limit)
            return try ConfigTable.rows(statement)
        }
    }

    package func deleteConfig(named name: String) async throws(GatewayFailure) {
        try await write { connection in
            let statement = try connection.statement("DELETE FROM config WHERE name = ?1")
            statement.bind(1, name)
            try statement.run()
        }
    }
}

private enum ConfigTable {
    static let columns = "name, version, json, digest, created_at"

    static func rows(_ statement: SQLiteStatement) throws(SQLiteError) -> [ConfigRow] {
        var rows: [ConfigRow] = []
        while try statement.step() {
            rows.append(
                ConfigRow(
                    name: statement.text(0) ?? "", version: statement.int(1) ?? 0, json: statement.bytes(2) ?? [],
                    digest: statement.text(3) ?? "", createdAtMilliseconds: statement.int(4) ?? 0))
        }
        return rows
    }
}
