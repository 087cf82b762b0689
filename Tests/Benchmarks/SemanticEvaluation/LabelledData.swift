// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Two texts, and whether one answer serves both.
struct LabelledPair: Decodable {
    var a: String
    var b: String
    var y: Int
    var cat: String
}

/// A question of a stream, and what it is after: answers are shared within a class only.
struct LabelledQuestion: Decodable {
    var q: String
    var c: String
}

/// The labelled rows that lie beside the repository.
struct LabelledData {
    let folder: URL

    /// - Returns: nil where there are none.
    init?(_ path: String?) {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../..")
        let shared = ProcessInfo.processInfo.environment["WICKET_SHARED"].map { URL(fileURLWithPath: $0) }
        folder =
            path.map { URL(fileURLWithPath: $0) }
            ?? (shared ?? root.appendingPathComponent("shared")).appendingPathComponent("semantic/dev").standardizedFileURL
        guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
    }

    /// - Returns: no rows where the file is not there.
    func rows<Row: Decodable>(_ name: String, as row: Row.Type) throws -> [Row] {
        guard let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8) else { return [] }
        let decoder = JSONDecoder()
        return try text.split(separator: "\n").map { try decoder.decode(row, from: Data($0.utf8)) }
    }
}
