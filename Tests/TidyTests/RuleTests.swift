// SPDX-License-Identifier: Apache-2.0
import Testing

/// Each rule finds what it forbids, and leaves alone what it does not: planted lines.
struct RuleTests {
    func file(_ path: String, _ text: String) -> SourceFile { SourceFile(path: path, text: text) }

    func findings(_ path: String, _ line: String) -> [Finding] {
        let file = file(path, line)
        return ImportRules.findings(file) + CallRule.all.flatMap { $0.findings(file) } + TextRules.uncheckedSendable(file)
            + TextRules.leftovers(file)
    }

    @Test(arguments: [
        // Imports.
        ("Sources/JSONBytes/A.swift", "import JSONRPC"), ("Sources/Routing/A.swift", "package import Caching"),
        ("Sources/WicketClient/A.swift", "import struct GatewayEngine.Engine"),
        ("Sources/SocketServer/A.swift", "@testable import GatewayEngine"),
        ("Sources/KeyVault/A.swift", "import GatewayStore"), ("Sources/Reactor/A.swift", "import GatewayModel"),
        ("Sources/Unknown/A.swift", "let a = 1"), ("Sources/WicketDaemon/A.swift", "import Foundation"),
        ("Sources/GatewayModel/A.swift", "import Glibc"), ("Sources/JSONRPC/Other.swift", "import Glibc"),
        ("Sources/Routing/A.swift", "private import Synchronization"),
        // Calls.
        ("Sources/Routing/A.swift", "let now = Date()"), ("Sources/Routing/A.swift", "let now = ContinuousClock().now"),
        ("Sources/Routing/A.swift", "let jitter = Double.random(in: 0..<1)"), ("Sources/Caching/A.swift", "let id = UUID()"),
        ("Sources/JSONBytes/A.swift", "let file = open(path, O_RDONLY)"), ("Sources/JSONRPC/A.swift", "Task.detached { }"),
        ("Sources/GatewayEngine/A.swift", "Task { await run() }"),
        ("Sources/GatewayEngine/A.swift", "let task = Task(priority: .low) {}"),
        ("Sources/GatewayEngine/A.swift", "_ = Task.immediate { }"), ("Sources/WicketDaemon/A.swift", "print(1)"),
        ("Sources/WicketDaemon/A.swift", "let a = try! b()"), ("Sources/WicketDaemon/A.swift", "let a = b as! C"),
        ("Sources/WicketDaemon/A.swift", "let child = popen(command, mode)"),
        ("Sources/WicketCommands/A.swift", "let tool = Process()"),
        // Sendable.
        ("Sources/Reactor/A.swift", "final class A: @unchecked Sendable {"),
        ("Sources/Reactor/A.swift", "/// Holds a thing.\nfinal class A: @unchecked Sendable {"),
        ("Sources/Reactor/A.swift", "// Sendable is sound: it has no state.\n\nfinal class A: @unchecked Sendable {"),
        ("README.md", "FIX" + "ME"),
    ])
    func `is found`(_ path: String, _ line: String) {
        let found = findings(path, line)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.path == path)
    }

    @Test(arguments: [
        ("Sources/JSONRPC/A.swift", "package import JSONBytes"), ("Sources/WicketDaemon/A.swift", "import JSONBytes"),
        ("Sources/JSONBytes/A.swift", "import Glibc"), ("Sources/Upstream/A.swift", "import Glibc"),
        ("Tests/X/A.swift", "import Foundation"),
        ("Sources/Routing/A.swift", "let jitter = Double.random(in: 0..<1, using: &random)"),
        ("Sources/Routing/A.swift", "func reopen() { reopen() }"),
        ("Sources/Routing/A.swift", "// Date() is for the shell"),
        ("Sources/Routing/A.swift", "let text = \"Date() open( try!\""),
        ("Sources/Routing/A.swift", "breaker.open(at: now)"), ("Sources/Routing/A.swift", "mutating func open(at: Int) {}"),
        ("Sources/Routing/A.swift", "let a = \"\"\"\nTask { print(1) }\n\"\"\""),
        ("Sources/Reactor/A.swift", "Task { await run() }"),
        ("Sources/GatewayEngine/A.swift", "if Task.isCancelled { subTask { } }"),
        ("Sources/WicketDaemon/A.swift", "log.print(1); blueprint()"),
        ("Tests/X/A.swift", "print(try! b())"),
        ("Sources/Reactor/A.swift", "// Sendable is sound: no state.\n@frozen\nfinal class A: @unchecked Sendable {"),
    ])
    func `is fine`(_ path: String, _ line: String) {
        let found = findings(path, line)
        #expect(found.isEmpty, "\(found)")
    }

    @Test func `a finding names file, line and rule`() {
        let found = findings("Sources/Routing/A.swift", "let a = 1\n\nlet now = Date()")
        #expect(found.map(\.description).first?.hasPrefix("Sources/Routing/A.swift:3: Date( in a pure target") == true)
    }

    @Test func `long files and long lines are found`() {
        let line = String(repeating: "a", count: 130)
        #expect(TextRules.size(file("Sources/A/A.swift", line)).isEmpty)
        #expect(TextRules.size(file("Sources/A/A.swift", "\n" + line + "a")).map(\.line) == [2])
        #expect(TextRules.size(file("Sources/A/data.json", line + line)).isEmpty)
        #expect(TextRules.size(file("Sources/A/A.swift", String(repeating: "a\n", count: 500))).isEmpty)
        #expect(TextRules.size(file("Sources/A/A.swift", String(repeating: "a\n", count: 501))).count == 1)
    }

    @Test(arguments: [
        ("A.swift", "// SPDX-License-Identifier: Apache-2.0\n", true), ("A.swift", "import A\n", false),
        ("a.py", "import a\n", false),
        ("a.py", "#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0\n", true),
        ("a.sh", "#!/bin/sh\nset -eu\n", false),
        ("Package.swift", "// swift-tools-version: 6.1\n// SPDX-License-Identifier: Apache-2.0\n", true), ("a.py", "", true),
        ("A.swift", "\n// SPDX-License-Identifier: Apache-2.0\n", false), ("a.json", "{}", true),
    ])
    func `the licence is looked for`(_ path: String, _ text: String, _ isFine: Bool) {
        #expect(TextRules.license(file(path, text)).isEmpty == isFine)
    }

    @Test(arguments: [
        ("# A\n\ntext\n## B\n", true), ("text\n", false), ("# A\n# B\n", false), ("# A\n```sh\n# a comment\n```\n", true),
        ("#A\n", false),
    ])
    func `titles are counted outside of code`(_ text: String, _ isFine: Bool) {
        #expect(TextRules.title(file("README.md", text)).isEmpty == isFine)
    }

    @Test func `only what is allowed lies at the top`() {
        #expect(TextRules.topLevel(["Package.swift", ".github", "Sources", "README.md", "Package.resolved"]).isEmpty)
        #expect(TextRules.topLevel(["notes.txt", "Sources"]).map(\.path) == ["notes.txt"])
    }
}
