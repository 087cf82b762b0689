// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Reference data that lies beside the repository (or at `WICKET_SHARED`); tests that need it are skipped where it is absent.
package enum SharedFolder {
    package static let url: URL = {
        if let path = ProcessInfo.processInfo.environment["WICKET_SHARED"] { return URL(fileURLWithPath: path) }
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared")
    }()

    package static func has(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: url.appendingPathComponent(path).path)
    }
}
