// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import WicketCommands

struct DotEnvTests {
    @Test(arguments: [
        ("A=b", "b"), ("A = b ", "b"), ("export A=b", "b"), ("export\tA=b", "b"), ("  A=b\r", "b"), ("\u{FEFF}A=b", "b"),
        ("A=", ""), ("A=b # remark", "b"), ("A=b#c", "b#c"), ("A=#c", ""), ("A=\"b c\"", "b c"), ("A='b # c' # d", "b # c"),
        (#"A="b\"c\\d\ne""#, "b\"c\\d\ne"), (#"A='b\n'"#, #"b\n"#), ("A=${B}", "${B}"), ("A=b=c==", "b=c=="), ("A=b\"c", "b\"c"),
    ])
    func `a line gives a variable its value as it stands there`(line: String, value: String) {
        #expect(DotEnv(line).entries == [DotEnv.Entry(line: 1, name: "A", value: value)])
    }

    @Test(arguments: ["A", "=b", "1A=b", "A-B=c", "A=\"b", "A='b", "A='b'c", "exportA b", "A B=c"])
    func `what is no assignment is told by its line`(line: String) {
        let found = DotEnv("# x\r\n\r\n\(line)\r\n")
        #expect(found.entries.isEmpty && found.strangeLines == [3])
    }

    @Test func `lines are counted from one, whatever ends them`() {
        let found = DotEnv("A=1\r\n\r\n#B=2\r\nexport C=3\n\nD='4'")
        #expect(found.entries.map(\.name) == ["A", "C", "D"])
        #expect(found.entries.map(\.line) == [1, 4, 6])
        #expect(found.strangeLines.isEmpty)
    }
}
