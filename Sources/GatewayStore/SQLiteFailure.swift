// SPDX-License-Identifier: Apache-2.0
import CSQLite
import GatewayModel

extension SQLiteError {
    /// What a caller is told.
    func failure(_ path: String) -> GatewayFailure {
        switch primaryCode {
        case SQLITE_FULL:
            GatewayFailure(.internalError, "The disk of \(path) is full; free some space there.", retryable: true)
        case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY:
            GatewayFailure(
                .internalError, "\(path) cannot be written (\(message)); look at its disk and its permissions.", retryable: true)
        case SQLITE_BUSY, SQLITE_LOCKED:
            GatewayFailure(.internalError, "\(path) is locked by another process; end it.", retryable: true)
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            GatewayFailure(
                .internalError, "\(path) is damaged or no database (\(message)); put a backup in its place, or move it away.")
        default:
            GatewayFailure(.internalError, "The database \(path) refused a statement: \(message) (\(code)).")
        }
    }

    var isDuplicate: Bool { primaryCode == SQLITE_CONSTRAINT }

    /// True for an error of the row itself, which will be the same each time it is tried.
    var isAboutTheRow: Bool { [SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE].contains(primaryCode) }
}
