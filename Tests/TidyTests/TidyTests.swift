// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The house rules, held against the tree as it is. A failure names file, line and rule.
struct TidyTests {
    func expectNone(_ findings: [Finding]) {
        let list = findings.map(\.description).joined(separator: "\n")
        #expect(findings.isEmpty, "\n\(list)")
    }

    func all(_ rule: (SourceFile) -> [Finding]) -> [Finding] { SourceTree.files.flatMap(rule) }

    @Test func `the tree was read`() {
        #expect(SourceTree.files.contains { $0.path == "Package.swift" })
        #expect(SourceTree.files.contains { $0.path == "Sources/JSONBytes/JSONDocument.swift" && $0.target == "JSONBytes" })
        #expect(SourceTree.files.contains { $0.path == "Tests/TidyTests/TidyTests.swift" && $0.lines.count > 20 })
    }

    @Test func `a target imports only what lies below it`() { expectNone(all(ImportRules.findings)) }

    @Test func `calls stand only where they may`() { for rule in CallRule.all { expectNone(all(rule.findings)) } }

    @Test func `files and lines are short enough to read`() { expectNone(all(TextRules.size)) }

    @Test func `each file of code names its licence`() { expectNone(all(TextRules.license)) }

    @Test func `nothing is left to be fixed`() { expectNone(all(TextRules.leftovers)) }

    @Test func `each unchecked Sendable says why it holds`() { expectNone(all(TextRules.uncheckedSendable)) }

    @Test func `a page has one title`() { expectNone(all(TextRules.title)) }

    @Test func `nothing else lies at the top`() { expectNone(TextRules.topLevel(SourceTree.topLevelNames)) }

    // MARK: The table itself

    @Test func `the arrows name targets of the table and never lead back`() {
        for (target, arrows) in ImportTable.arrows {
            for arrow in arrows { #expect(ImportTable.arrows[arrow] != nil, "\(target) → \(arrow) is not in the table") }
            #expect(!ImportTable.reachable(from: target).contains(target), "\(target) reaches itself")
        }
    }

    @Test func `the thin side never reaches the engine, and what is pure reaches only what is pure`() {
        for client in ["wicket", "WicketCommands", "WicketClient", "HTTPBridge"] {
            #expect(!ImportTable.reachable(from: client).contains("GatewayEngine"))
        }
        for target in ImportTable.pure {
            #expect(ImportTable.reachable(from: target).isSubset(of: ImportTable.pure), "\(target)")
        }
    }
}
