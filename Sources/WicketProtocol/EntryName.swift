// SPDX-License-Identifier: Apache-2.0

/// What a virtual key, a config or a policy may be called: letters, digits, `.`, `_` and `-`, the first of them a letter or
/// digit, 128 at most. Such a name needs no quoting in a shell, a URL, a log line or JSON.
package enum EntryName {
    package static func isValid(_ name: String) -> Bool {
        guard name.utf8.count <= 128, let first = name.utf8.first, isAlphanumeric(first) else { return false }
        return name.utf8.allSatisfy { isAlphanumeric($0) || ".-_".utf8.contains($0) }
    }

    static func read(_ reader: ParamsReader) throws(ParamsError) -> String {
        let name = try reader.required("name")
        guard isValid(name) else {
            throw reader.wrong("name", "1 to 128 letters, digits, `.`, `_` or `-`, the first of them a letter or a digit")
        }
        return name
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
