// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// A compiled statement. Parameters count from 1, columns from 0. Belongs to its connection's thread.
package final class SQLiteStatement {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_finalize(handle) }

    // MARK: Parameters

    package func bind(_ index: Int32, _ value: Int) { sqlite3_bind_int64(handle, index, Int64(value)) }
    package func bind(_ index: Int32, _ value: Double) { sqlite3_bind_double(handle, index, value) }
    package func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    package func bind(_ index: Int32, _ value: Int?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    package func bind(_ index: Int32, _ value: String?) {
        guard var value else { return bindNull(index) }
        value.withUTF8 { bind(index, UnsafeRawBufferPointer($0), Self.copied) }
    }

    package func bind(_ index: Int32, blob: [UInt8]) {
        blob.withUnsafeBytes { bytes in
            _ = sqlite3_bind_blob64(
                handle, index, bytes.baseAddress ?? UnsafeRawPointer(Self.empty), UInt64(bytes.count), Self.copied)
        }
    }

    func bind(_ index: Int32, blob: UnsafeRawBufferPointer) {
        sqlite3_bind_blob64(handle, index, blob.baseAddress ?? UnsafeRawPointer(Self.empty), UInt64(blob.count), Self.copied)
    }

    /// Binds UTF-8 as text.
    package func bind(_ index: Int32, text: [UInt8]?) {
        guard let text else { return bindNull(index) }
        text.withUnsafeBytes { bind(index, $0, Self.copied) }
    }

    /// Text that SQLite reads where it lies: it must stay there until the statement is reset or the parameter bound anew.
    func bind(_ index: Int32, unownedText text: UnsafeRawBufferPointer) {
        bind(index, text, nil)
    }

    private func bind(_ index: Int32, _ text: UnsafeRawBufferPointer, _ destructor: sqlite3_destructor_type?) {
        let start = text.baseAddress?.assumingMemoryBound(to: CChar.self) ?? Self.empty
        sqlite3_bind_text64(handle, index, start, UInt64(text.count), destructor, UInt8(SQLITE_UTF8))
    }

    // MARK: Running

    /// - Returns: true when there is a row, false at the end.
    package func step() throws(SQLiteError) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
            sqlite3_reset(handle)
            throw SQLiteError(code: code, message: message)
        }
    }

    /// Ends the run, so that the statement can be used again. Parameters stay bound.
    package func reset() { sqlite3_reset(handle) }

    /// Runs a statement that has no rows.
    package func run() throws(SQLiteError) {
        _ = try step()
        reset()
    }

    // MARK: Columns of the present row

    package func int(_ column: Int32) -> Int? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : Int(sqlite3_column_int64(handle, column))
    }

    package func text(_ column: Int32) -> String? { bytes(column).map { String(decoding: $0, as: UTF8.self) } }

    /// A text's or blob's bytes; nil for NULL.
    package func bytes(_ column: Int32) -> [UInt8]? {
        if sqlite3_column_type(handle, column) == SQLITE_NULL { return nil }
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A text's or blob's bytes where SQLite has them, until the next step; no bytes for NULL.
    func withBytes<Result>(_ column: Int32, _ use: (UnsafeRawBufferPointer) -> Result) -> Result {
        let start = sqlite3_column_blob(handle, column)
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
        return use(UnsafeRawBufferPointer(start: start, count: count))
    }

    // MARK: Private

    /// Says that SQLite is to copy at once (`SQLITE_TRANSIENT`, which is a cast that Swift cannot import).
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    /// A place for text without bytes, since a null pointer would bind NULL.
    nonisolated(unsafe) private static let empty = UnsafePointer(UnsafeMutablePointer<CChar>.allocate(capacity: 1))
}
