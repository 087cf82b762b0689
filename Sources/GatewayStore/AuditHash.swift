// SPDX-License-Identifier: Apache-2.0
import Crypto

/// A value of a column as it is hashed.
enum AuditValue {
    case null
    case integer(Int)
    case text([UInt8])
    case blob([UInt8])
}

/// The hash of an entry: SHA-256 over all of its columns but the hash itself, as they are stored. The hash of the entry before is
/// one of them.
///
/// Each value is written with its type and its length, so that no two different entries have the same bytes. The form has a
/// number, which is a column too. A form is never changed: another one gets another number.
struct AuditHash {
    static let format = 1
    static let length = 32

    private var bytes: [UInt8] = Array("wicket.audit".utf8)

    static func hash(_ values: [AuditValue]) -> [UInt8] {
        var form = AuditHash()
        for value in values { form.append(value) }
        return Array(SHA256.hash(data: form.bytes))
    }

    /// A byte for the type, the length in eight bytes, the value.
    private mutating func append(_ value: AuditValue) {
        switch value {
        case .null: append([], type: 0)
        case .integer(let number): withUnsafeBytes(of: Int64(number).bigEndian) { append($0, type: 1) }
        case .text(let text): append(text, type: 2)
        case .blob(let blob): append(blob, type: 3)
        }
    }

    private mutating func append(_ value: some Collection<UInt8>, type: UInt8) {
        bytes.append(type)
        withUnsafeBytes(of: UInt64(value.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: value)
    }
}
