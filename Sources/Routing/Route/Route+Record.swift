// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The explanation as the journal keeps it, in half the room, and back.
extension Route {
    /// What the journal keeps. Of a call that its first try answered that is only what led to the try, as an array: the try
    /// itself is what the call's row says, and a row of twice the size is twice the writing.
    package func writeRecord(to json: inout JSONWriter) {
        guard tries == 1, case .finished = outcome, case .tried(let only)? = decisions.rest.last ?? decisions.first,
            only.kind == .first, !only.isProbe, case .answered = only.end
        else { return writeExplanation(to: &json) }
        json.bytes.append(UInt8(ascii: "["))
        if let first = decisions.first, !decisions.rest.isEmpty {
            write(first, to: &json)
            for decision in decisions.rest.dropLast() {
                json.bytes.append(UInt8(ascii: ","))
                write(decision, to: &json)
            }
        }
        json.bytes.append(UInt8(ascii: "]"))
    }

    /// The explanation that `record` stands for, with the call's only try as its row says it.
    /// - Parameter microseconds: how long the try took.
    package static func explanation(
        of record: [UInt8], target: String, status: Int, microseconds: Int
    ) -> [UInt8] {
        guard record.first == UInt8(ascii: "[") else { return record }
        var bytes = Array(#"{"tries":1,"decisions":"#.utf8) + record.dropLast()
        if record.count > 2 { bytes.append(UInt8(ascii: ",")) }
        bytes += #"{"step":"try","try":0,"target":"#.utf8
        appendString(target, to: &bytes)
        bytes += #","kind":"first","probe":false,"at_ms":0,"took_ms":"#.utf8
        appendFraction(microseconds, of: 3, to: &bytes)
        bytes += #","end":"answered","status":"#.utf8
        appendDecimal(status, to: &bytes)
        bytes += #"}],"outcome":{"end":"finished","try":0}}"#.utf8
        return bytes
    }
}
