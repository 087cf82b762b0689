// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSONBytes
import JSONRPC

/// Reference data that lies beside the repository; tests that need it are skipped where it is absent.
enum SharedFolder {
    static let url: URL = {
        if let path = ProcessInfo.processInfo.environment["WICKET_SHARED"] { return URL(fileURLWithPath: path) }
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared")
    }()

    static func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: url.appendingPathComponent(path).path) }
}

/// SplitMix64: the same seed, the same run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

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
