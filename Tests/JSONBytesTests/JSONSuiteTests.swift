// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSONBytes
import TestSupport
import Testing

/// nst/JSONTestSuite's parsing cases: `y_` must be accepted, `n_` refused, `i_` may be either but must not crash.
@Suite(.enabled(if: SharedFolder.has("json-suite/test_parsing"), "the JSON suite lies in ../shared/json-suite, which is absent"))
struct JSONSuiteTests {
    static let folder = SharedFolder.url.appendingPathComponent("json-suite/test_parsing")

    static func cases(_ prefix: String) throws -> [(name: String, bytes: [UInt8])] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(prefix) }.sorted()
        return try names.map { ($0, [UInt8](try Data(contentsOf: folder.appendingPathComponent($0)))) }
    }

    @Test func `what must be accepted is`() throws {
        let cases = try Self.cases("y_")
        #expect(cases.count >= 95)
        for (name, bytes) in cases { #expect(failure(bytes) == nil, "\(name)") }
    }

    @Test func `what must be refused is, with an offset inside the text`() throws {
        let cases = try Self.cases("n_")
        #expect(cases.count >= 180)
        for (name, bytes) in cases {
            let error = try #require(failure(bytes), "\(name) was accepted")
            #expect((0...bytes.count).contains(error.offset), "\(name)")
        }
    }

    @Test func `what may be either never crashes, and every string in it can be read`() throws {
        let cases = try Self.cases("i_")
        #expect(cases.count >= 30)
        for (_, bytes) in cases {
            guard let document = try? JSONDocument(bytes) else { continue }
            for element in document.elements(of: document.root) {
                _ = document.string(element)
                _ = document.int(element)
                _ = document.double(element)
            }
        }
    }

    /// Whatever is accepted as a whole is refused when it is cut, unless what is left is a value itself.
    @Test func `a text that is cut anywhere never crashes`() throws {
        for (_, bytes) in try Self.cases("y_") {
            for end in 0..<bytes.count { _ = failure(Array(bytes[..<end])) }
        }
    }
}
