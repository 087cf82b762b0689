// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import JSONRPC

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

func parse(_ line: String, limits: JSONRPCLimits = JSONRPCLimits()) -> JSONRPCMessage {
    JSONRPCMessage.parse(Array(line.utf8), limits: limits)
}

/// A message in short: its kind and what it holds, as written.
func summary(_ message: JSONRPCMessage) -> String {
    switch message {
    case .request(let request):
        "request \(text(request.rawID)) \(request.methodName) \(request.params.map { text(request.document.raw($0)) } ?? "-")"
    case .notification(let call): "notification \(call.methodName) \(call.params.map { text(call.document.raw($0)) } ?? "-")"
    case .response(let response):
        switch response.outcome {
        case .result(let node): "result \(text(response.rawID)) \(text(response.document.raw(node)))"
        case .failure(let code, let message, let data):
            "failure \(text(response.rawID)) \(code) \(message) \(data.map { text(response.document.raw($0)) } ?? "-")"
        }
    case .invalid(let invalid): "invalid \(invalid.rawID.map(text) ?? "null") \(invalid.error.code)"
    case .batch(let members): "batch [" + members.map(summary).joined(separator: ", ") + "]"
    }
}

extension LineSplitter {
    mutating func receive(_ bytes: [UInt8]) { bytes.withUnsafeBytes { receive($0) } }

    /// All lines that are complete now.
    mutating func lines() -> [Line] {
        var lines: [Line] = []
        while let line = nextLine() { lines.append(line) }
        return lines
    }
}
