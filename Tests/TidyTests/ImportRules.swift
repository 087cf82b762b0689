// SPDX-License-Identifier: Apache-2.0

/// What a target may import.
enum ImportRules {
    static func findings(_ file: SourceFile) -> [Finding] {
        guard file.isSwift, let target = file.target else { return [] }
        guard ImportTable.arrows[target] != nil else {
            return [file.finding(0, "the target \(target) is not in Tests/TidyTests/ImportTable.swift: add it with its arrows")]
        }
        let allowed = ImportTable.reachable(from: target).union([target])
        let foreign = ImportTable.foreignInPure.first { file.path.hasPrefix($0.key) }?.value ?? []
        var findings: [Finding] = []
        for (index, line) in file.code.enumerated() {
            guard let module = module(importedBy: line) else { continue }
            if ImportTable.arrows[module] != nil {
                if !allowed.contains(module) {
                    let rule = "\(target) may not import \(module): no arrow leads there in ImportTable.swift"
                    findings.append(file.finding(index, rule))
                }
            } else if ImportTable.banned.contains(module) {
                findings.append(file.finding(index, "no target may import \(module): it brings too much into the process"))
            } else if ImportTable.pure.contains(target), !foreign.contains(module) {
                findings.append(file.finding(index, "\(target) is pure and may not import \(module)"))
            }
        }
        return findings
    }

    /// The module that a line imports: `package import struct Module.Name` gives `Module`.
    static func module(importedBy line: String) -> String? {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
        while let word = words.first, word.hasPrefix("@") || modifiers.contains(String(word)) { words.removeFirst() }
        guard words.popFirst() == "import" else { return nil }
        if let word = words.first, kinds.contains(String(word)) { words.removeFirst() }
        return words.first?.split(separator: ".").first.map(String.init)
    }

    private static let modifiers: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<String> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
}
