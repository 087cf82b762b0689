// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// Appends messages to a buffer of outgoing bytes, one line each. Raw JSON that is handed in must not contain a line feed (see
/// `replaceLineBreaks`), and the caller vouches for it.
///
/// Every line has a form in two halves, between which the caller appends a value of its own:
///
///     JSONRPCWriter.beginResult(id: request.rawID, to: &out)
///     out.append(contentsOf: value)
///     JSONRPCWriter.end(&out)
package enum JSONRPCWriter {
    // MARK: In halves

    /// `{"jsonrpc":"2.0","id":1,"result":`
    package static func beginResult(id: ArraySlice<UInt8>, to out: inout [UInt8]) {
        append("{\"jsonrpc\":\"2.0\",\"id\":", to: &out)
        out.append(contentsOf: id)
        append(",\"result\":", to: &out)
    }

    /// `{"jsonrpc":"2.0","method":"chunk","params":`
    /// - Parameter method: a name that needs no escaping.
    package static func beginNotification(_ method: StaticString, to out: inout [UInt8]) {
        append("{\"jsonrpc\":\"2.0\",\"method\":\"", to: &out)
        append(method, to: &out)
        append("\",\"params\":", to: &out)
    }

    /// `{"jsonrpc":"2.0","id":1,"method":"call","params":`
    package static func beginRequest(id: Int, _ method: String, to out: inout [UInt8]) {
        append("{\"jsonrpc\":\"2.0\",\"id\":", to: &out)
        appendDecimal(id, to: &out)
        append(",\"method\":", to: &out)
        appendString(method, to: &out)
        append(",\"params\":", to: &out)
    }

    /// Closes what one of the above began, and the line.
    package static func end(_ out: inout [UInt8]) { append("}\n", to: &out) }

    // MARK: Whole lines

    package static func result(id: ArraySlice<UInt8>, _ result: some Collection<UInt8>, to out: inout [UInt8]) {
        beginResult(id: id, to: &out)
        out.append(contentsOf: result)
        end(&out)
    }

    /// - Parameter id: nil where it could not be told which request failed; it is null then.
    package static func error(id: ArraySlice<UInt8>?, _ error: JSONRPCError, to out: inout [UInt8]) {
        append("{\"jsonrpc\":\"2.0\",\"id\":", to: &out)
        if let id { out.append(contentsOf: id) } else { append("null", to: &out) }
        append(",\"error\":{\"code\":", to: &out)
        appendDecimal(error.code, to: &out)
        append(",\"message\":", to: &out)
        appendString(error.message, to: &out)
        if let data = error.data {
            append(",\"data\":", to: &out)
            out.append(contentsOf: data)
        }
        append("}}\n", to: &out)
    }

    package static func notification(_ method: StaticString, _ params: some Collection<UInt8>, to out: inout [UInt8]) {
        beginNotification(method, to: &out)
        out.append(contentsOf: params)
        end(&out)
    }

    package static func request(id: Int, _ method: String, _ params: some Collection<UInt8>, to out: inout [UInt8]) {
        beginRequest(id: id, method, to: &out)
        out.append(contentsOf: params)
        end(&out)
    }

    // MARK: Private

    private static func append(_ text: StaticString, to out: inout [UInt8]) {
        out.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

/// Gathers the replies to a batch, in the order in which they come, into one array on one line.
package struct JSONRPCBatchReply: Sendable {
    private var bytes: [UInt8] = []

    package init() {}

    /// Adds a reply as `JSONRPCWriter` wrote it: one line.
    package mutating func add(_ line: [UInt8]) {
        bytes.append(bytes.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
        bytes.append(contentsOf: line.last == 0x0A ? line.dropLast() : line[...])
    }

    /// Appends the line; nothing when there was no reply, because all members were notifications.
    package func finish(to out: inout [UInt8]) {
        if bytes.isEmpty { return }
        out.append(contentsOf: bytes)
        out.append(UInt8(ascii: "]"))
        out.append(0x0A)
    }
}
