// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSONBytes

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

    mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &self) == 0 }
}

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// The error that reading these bytes ends with, or nil.
func failure(_ bytes: [UInt8]) -> JSONError? {
    do {
        _ = try JSONDocument(bytes)
        return nil
    } catch {
        return error
    }
}

func failure(_ text: String) -> JSONError? { failure(Array(text.utf8)) }
