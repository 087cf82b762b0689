// SPDX-License-Identifier: Apache-2.0
import JSONRPC
import Testing

struct JSONRPCLimitTests {
    func error(_ message: JSONRPCMessage) -> JSONRPCError? {
        if case .invalid(let invalid) = message, invalid.rawID == nil { return invalid.error }
        return nil
    }

    func call(params: String) -> String { #"{"jsonrpc":"2.0","id":1,"method":"m","params":"# + params + "}" }

    @Test func `a batch may have 1,000 members, and one more makes it one error`() {
        let member = #"{"jsonrpc":"2.0","method":"m"}"#
        func batch(_ count: Int) -> String { "[" + Array(repeating: member, count: count).joined(separator: ",") + "]" }
        guard case .batch(let members) = parse(batch(1000)) else {
            Issue.record("1,000 members were refused")
            return
        }
        #expect(members.count == 1000)
        #expect(error(parse(batch(1001)))?.code == -32600)
        #expect(error(parse(batch(10_000)))?.message.contains("1000") == true)
        #expect(error(parse(batch(3), limits: JSONRPCLimits(batchMembers: 2)))?.code == -32600)
    }

    @Test func `nesting may be 512 deep, and one level more is a parse error with its offset`() {
        // The message and its params are two levels.
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(error(parse(call(params: nested(511)))) == nil)
        let refused = error(parse(call(params: nested(512))))
        #expect(refused?.code == -32700)
        #expect(refused?.message == "Parse error: nested too deeply at byte \(call(params: "").utf8.count - 1 + 511)")
        #expect(error(parse(String(repeating: "[", count: 100_000)))?.code == -32700)
        #expect(error(parse(call(params: "[[]]"), limits: JSONRPCLimits(nesting: 2)))?.code == -32700)
    }

    @Test func `an envelope may have 32 members`() {
        func message(_ extra: Int) -> String {
            #"{"jsonrpc":"2.0","id":1,"method":"m""# + (0..<extra).map { ",\"x\($0)\":0" }.joined() + "}"
        }
        #expect(summary(parse(message(29))) == "request 1 m -")
        #expect(error(parse(message(30)))?.code == -32600)
        #expect(error(parse(message(100_000)))?.code == -32600)
    }

    @Test(arguments: [
        ([0x22, 0xFF, 0x22], "invalid UTF-8 at byte 1"), ([0xEF, 0xBB, 0xBF, 0x7B, 0x7D], "unexpected character at byte 0"),
        (Array("{\"a\":[1,]}".utf8), "unexpected character at byte 8"),
        (Array("{\"a\":1".utf8), "the text ends too early at byte 6"),
    ] as [([UInt8], String)])
    func `a parse error says what is wrong and at which byte`(_ line: [UInt8], _ reason: String) {
        let refused = error(JSONRPCMessage.parse(line))
        #expect(refused?.code == -32700)
        #expect(refused?.message == "Parse error: " + reason)
    }

    @Test func `the errors of the framing carry their type and status as all others do`() {
        #expect(error(parse("{"))?.data.map(text) == #"{"type":"parse_error","status":400,"retryable":false}"#)
        #expect(error(parse("[]"))?.data.map(text) == #"{"type":"invalid_request","status":400,"retryable":false}"#)
        #expect(JSONRPCError.lineTooLong(limit: 7).code == -32600)
        #expect(JSONRPCError.lineTooLong(limit: 7).message.contains("7 bytes"))
    }
}
