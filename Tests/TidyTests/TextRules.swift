// SPDX-License-Identifier: Apache-2.0

/// Rules about a file's text: its length, its first line, its headings, its comments.
enum TextRules {
    static let maximumLines = 500
    static let maximumColumns = 130
    /// C and Python stand in the tests mostly, and hold long literals.
    static let maximumColumnsElsewhere = 150
    private static let codeExtensions: Set<String> = ["swift", "c", "h", "py", "sh"]

    static func size(_ file: SourceFile) -> [Finding] {
        guard codeExtensions.contains(file.fileExtension) else { return [] }
        var findings: [Finding] = []
        if file.isInSources, file.lines.count > maximumLines + 1 {
            findings.append(file.finding(maximumLines, "the file has more than \(maximumLines) lines: split it by idea"))
        }
        let columns = file.fileExtension == "swift" ? maximumColumns : maximumColumnsElsewhere
        for (index, line) in file.lines.enumerated() where line.count > columns {
            findings.append(file.finding(index, "the line has \(line.count) columns; \(columns) are allowed"))
        }
        return findings
    }

    /// The licence stands in the first line, or in the second where a tool demands the first.
    static func license(_ file: SourceFile) -> [Finding] {
        guard codeExtensions.contains(file.fileExtension), file.lines != [""] else { return [] }
        let isTools = file.lines[0].hasPrefix("#!") || file.lines[0].contains("swift-tools-version")
        let line = isTools ? file.lines.dropFirst().first : file.lines.first
        if line?.contains("SPDX-License-Identifier: Apache-2.0") == true { return [] }
        return [file.finding(isTools ? 1 : 0, "the line must say: SPDX-License-Identifier: Apache-2.0")]
    }

    static func leftovers(_ file: SourceFile) -> [Finding] {
        // Spelt apart, so that this file is not found.
        let mark = "FIX" + "ME"
        return file.lines.indices.filter { file.lines[$0].contains(mark) }.map { file.finding($0, "\(mark) never lands: fix it") }
    }

    /// `@unchecked Sendable` is a claim; the comment right above must say why it holds, and name Sendable.
    static func uncheckedSendable(_ file: SourceFile) -> [Finding] {
        guard file.isSwift, file.isInSources else { return [] }
        return file.code.indices.compactMap { index in
            guard file.code[index].contains("@unchecked Sendable") else { return nil }
            var proof = index - 1
            while proof >= 0, file.lines[proof].trimmed.hasPrefix("@") { proof -= 1 }
            var comment = ""
            while proof >= 0, file.lines[proof].trimmed.hasPrefix("//") {
                comment += file.lines[proof]
                proof -= 1
            }
            if comment.contains("Sendable") { return nil }
            return file.finding(index, "@unchecked Sendable needs a comment right above: // Sendable is sound: why")
        }
    }

    /// A page has one title: exactly one `# Title` outside of code.
    static func title(_ file: SourceFile) -> [Finding] {
        guard file.fileExtension == "md" else { return [] }
        var inCode = false
        var titles: [Int] = []
        for (index, line) in file.lines.enumerated() {
            if line.trimmed.hasPrefix("```") { inCode.toggle() }
            if !inCode, line.hasPrefix("# ") { titles.append(index) }
        }
        if titles.count == 1 { return [] }
        return [file.finding(titles.dropFirst().first ?? 0, "a page has exactly one title (# …); this one has \(titles.count)")]
    }

    static let allowedAtTopLevel: Set<String> = [
        "Package.swift", "Package.resolved", "Sources", "Tests", "packaging", "rpc-schema", "README.md", "LICENSE", "NOTICE",
    ]

    static func topLevel(_ names: [String]) -> [Finding] {
        names.filter { !$0.hasPrefix(".") && !allowedAtTopLevel.contains($0) }.map {
            Finding(path: $0, line: 1, rule: "nothing but \(allowedAtTopLevel.sorted().joined(separator: ", ")) lies at the top")
        }
    }
}

extension String {
    var trimmed: Substring { drop(while: { $0 == " " || $0 == "\t" }) }
}
