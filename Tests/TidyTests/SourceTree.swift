// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A breach of a house rule, told so that an editor can jump to it.
struct Finding: CustomStringConvertible {
    var path: String
    /// Counted from 1.
    var line: Int
    var rule: String
    var description: String { "\(path):\(line): \(rule)" }
}

/// A text file of the repository.
struct SourceFile {
    /// From the repository's root.
    let path: String
    let lines: [String]
    /// The lines without comments and without the text of strings: what a rule about code looks at.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var cleaner = CodeCleaner()
        code = lines.map { cleaner.code(of: $0) }
    }

    var fileExtension: String { String(path.split(separator: "/").last?.split(separator: ".").dropFirst().last ?? "") }
    var isSwift: Bool { fileExtension == "swift" }
    var isInSources: Bool { path.hasPrefix("Sources/") }

    /// The target that the file belongs to, for files below `Sources`.
    var target: String? {
        let parts = path.split(separator: "/")
        return isInSources && parts.count > 2 ? String(parts[1]) : nil
    }

    func finding(_ index: Int, _ rule: String) -> Finding { Finding(path: path, line: index + 1, rule: rule) }
}

/// Blanks out comments and the text of strings, line by line; keeps what lies between `"""` in mind. Good enough for rules about
/// calls.
struct CodeCleaner {
    private var inMultilineString = false
    private var inBlockComment = false

    mutating func code(of line: String) -> String {
        var result = ""
        var rest = Substring(line)
        while !rest.isEmpty {
            if inMultilineString {
                guard let end = rest.range(of: "\"\"\"") else { return result }
                rest = rest[end.upperBound...]
                inMultilineString = false
            } else if inBlockComment {
                guard let end = rest.range(of: "*/") else { return result }
                rest = rest[end.upperBound...]
                inBlockComment = false
            } else if rest.hasPrefix("//") {
                return result
            } else if rest.hasPrefix("/*") {
                inBlockComment = true
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("\"\"\"") {
                inMultilineString = true
                rest = rest.dropFirst(3)
            } else if rest.first == "\"" || rest.hasPrefix("#\"") {
                rest = CodeCleaner.behindString(rest)
                result += "\"\""
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }

    private static func behindString(_ text: Substring) -> Substring {
        var rest = text
        let raw = rest.first == "#"
        rest = rest.dropFirst(raw ? 2 : 1)
        while let next = rest.first {
            if raw ? rest.hasPrefix("\"#") : next == "\"" { return rest.dropFirst(raw ? 2 : 1) }
            rest = rest.dropFirst(next == "\\" && !raw ? 2 : 1)
        }
        return rest
    }
}

/// The repository as it stands on disk, without what tools leave behind.
enum SourceTree {
    static let root: URL = {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }()

    private static let leftovers: Set<String> = [".git", ".build", ".swiftpm", "__pycache__", ".pytest_cache"]
    static let topLevelNames: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []).sorted()

    /// Every text file (one without a zero byte), in the order of its path.
    static let files: [SourceFile] = {
        var files: [SourceFile] = []
        var folders = [""]
        while let folder = folders.popLast() {
            let url = root.appendingPathComponent(folder)
            for name in ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() {
                if leftovers.contains(name) || name.hasPrefix(".build-") || name.hasSuffix(".egg-info") { continue }
                let path = folder.isEmpty ? name : folder + "/" + name
                let place = root.appendingPathComponent(path)
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else { continue }
                if isFolder.boolValue {
                    folders.append(path)
                } else if let data = try? Data(contentsOf: place), !data.contains(0) {
                    files.append(SourceFile(path: path, text: String(decoding: data, as: UTF8.self)))
                }
            }
        }
        return files.sorted { $0.path < $1.path }
    }()
}
