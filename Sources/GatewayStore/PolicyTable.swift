// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine
package import GatewayModel
import GatewayPolicy
import JSONBytes

extension GatewayStore: PolicyStorage {
    package func loadPolicies() async throws(GatewayFailure) -> [PolicyRow] {
        try await read { connection in
            let statement = try connection.statement("SELECT \(PolicyTable.columns.joined(separator: ",")) FROM policy")
            var rows: [PolicyRow] = []
            while try statement.step() { rows.append(PolicyTable.row(statement)) }
            return rows
        }
    }

    package func insertPolicyRow(_ row: PolicyRow, _ event: AuditEvent? = nil) async throws(GatewayFailure) {
        try await write { [self] connection in
            let statement = try connection.statement(PolicyTable.insert)
            PolicyTable.bind(row, to: statement)
            do throws(SQLiteError) { try statement.run() } catch {
                guard error.isDuplicate else { throw error }
                throw GatewayFailure(.conflict, "A policy '\(row.name)' exists already.", path: "name")
            }
            try record(event, connection)
        }
    }

    package func updatePolicyRow(_ row: PolicyRow, _ event: AuditEvent? = nil) async throws(GatewayFailure) {
        try await write { [self] connection in
            let statement = try connection.statement(PolicyTable.update)
            PolicyTable.bind(row, to: statement)
            try statement.run()
            if connection.changes == 0 { throw noSuchPolicy(row.name) }
            try record(event, connection)
        }
    }

    package func deletePolicyRow(named name: String, _ event: AuditEvent? = nil) async throws(GatewayFailure) {
        try await write { [self] connection in
            let statement = try connection.statement("DELETE FROM policy WHERE name = ?1")
            statement.bind(1, name)
            try statement.run()
            if connection.changes == 0 { throw noSuchPolicy(name) }
            try record(event, connection)
        }
    }
}

private func noSuchPolicy(_ name: String) -> GatewayFailure {
    GatewayFailure(.notFound, "There is no policy '\(name)'.", path: "name")
}

/// How a policy becomes a row of the table and back. The name is the first column, so the same parameters serve both statements.
private enum PolicyTable {
    static let columns = [
        "name", "priority", "match", "allow", "deny", "defaults", "users", "groups", "created_at", "updated_at",
    ]

    static let insert: String = {
        let parameters = (1...columns.count).map { "?\($0)" }
        return "INSERT INTO policy (\(columns.joined(separator: ","))) VALUES (\(parameters.joined(separator: ",")))"
    }()

    static let update: String = {
        let assignments = columns.enumerated().dropFirst().map { "\($1) = ?\($0 + 1)" }
        return "UPDATE policy SET \(assignments.joined(separator: ", ")) WHERE name = ?1"
    }()

    static func bind(_ row: PolicyRow, to statement: SQLiteStatement) {
        statement.bind(1, row.name)
        statement.bind(2, row.priority)
        statement.bind(3, text: row.text.match)
        statement.bind(4, text: row.text.allow)
        statement.bind(5, text: row.text.deny)
        statement.bind(6, text: row.text.defaults)
        statement.bind(7, text: json(row.users))
        statement.bind(8, text: json(row.groups))
        statement.bind(9, row.createdAtMilliseconds)
        statement.bind(10, row.updatedAtMilliseconds)
    }

    /// A part that was damaged cannot be read later, and then the policy refuses everything.
    static func row(_ statement: SQLiteStatement) -> PolicyRow {
        PolicyRow(
            name: statement.text(0) ?? "", priority: statement.int(1) ?? 0,
            text: PolicyText(
                match: statement.bytes(2) ?? [], allow: statement.bytes(3) ?? [], deny: statement.bytes(4) ?? [],
                defaults: statement.bytes(5) ?? []),
            users: ids(statement.bytes(6) ?? []), groups: ids(statement.bytes(7) ?? []),
            createdAtMilliseconds: statement.int(8) ?? 0, updatedAtMilliseconds: statement.int(9) ?? 0)
    }

    private static func json(_ ids: [String: UInt32]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        for (name, id) in ids.sorted(by: { $0.key < $1.key }) {
            json.key(name)
            json.int(Int(id))
        }
        json.endObject()
        return json.bytes
    }

    private static func ids(_ json: [UInt8]) -> [String: UInt32] {
        guard let document = try? JSONDocument(json) else { return [:] }
        var ids: [String: UInt32] = [:]
        for (key, value) in document.members(of: document.root) {
            guard let name = document.string(key), let id = document.int(value) else { continue }
            ids[name] = UInt32(exactly: id)
        }
        return ids
    }
}
