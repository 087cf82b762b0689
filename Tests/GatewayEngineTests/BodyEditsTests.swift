// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Routing
import Testing

@testable import GatewayEngine

@Suite struct BodyEditsTests {
    private static let request =
        #"{ "model": "m",  "top_p": 1.0, "tools": [{"a": {"x": 1, "y": 2}}, {"a": {"x": 3}}], "user": "u" }"#

    private func edited(_ change: (inout BodyEdits) -> Void) throws -> String {
        var edits = BodyEdits()
        change(&edits)
        let document = try JSONDocument(Self.request)
        return String(decoding: try edits.applied(to: document.root, of: document).bytes, as: UTF8.self)
    }

    @Test func `an override replaces the value and leaves every other byte`() throws {
        let text = try edited { $0.overrides = [BodyMember(name: "top_p", value: Array("0.10".utf8))] }
        #expect(text == Self.request.replacing("1.0", with: "0.10"))
    }

    @Test func `a default counts only where the request does not say it`() throws {
        let text = try edited {
            $0.defaults = [
                BodyMember(name: "user", value: Array(#""other""#.utf8)), BodyMember(name: "seed", value: Array("7".utf8)),
            ]
        }
        #expect(text == Self.request.replacing(#""u" }"#, with: #""u" ,"seed":7}"#))
    }

    @Test(arguments: [
        ("user", #"{ "model": "m",  "top_p": 1.0, "tools": [{"a": {"x": 1, "y": 2}}, {"a": {"x": 3}}] }"#),
        ("tools[*].a.x", #"{ "model": "m",  "top_p": 1.0, "tools": [{"a": {"y": 2}}, {"a": {}}], "user": "u" }"#),
        ("tools[1].a", #"{ "model": "m",  "top_p": 1.0, "tools": [{"a": {"x": 1, "y": 2}}, {}], "user": "u" }"#),
        // What leads nowhere takes nothing away.
        ("tools[2].a", Self.request), ("tools[-1].a", Self.request), ("tools[x].a", Self.request), ("tools[0", Self.request),
        ("tools[0]", Self.request), ("top_p.x", Self.request), ("", Self.request), ("[", Self.request), ("]", Self.request),
    ])
    func `a path is taken out, and what leads nowhere is not`(path: String, result: String) throws {
        #expect(try edited { $0.dropped = [path] } == result)
    }
}
