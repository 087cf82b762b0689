// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import JSONRPC
import Testing

struct JSONRPCMessageTests {
    @Test(arguments: [
        // Requests and notifications.
        (#"{"jsonrpc":"2.0","id":1,"method":"m"}"#, "request 1 m -"),
        (#"{"jsonrpc":"2.0","method":"m","params":{"a":[1]},"id":"x"}"#, #"request "x" m {"a":[1]}"#),
        (#"{"jsonrpc":"2.0","method":"m","params":[1, 2],"id":null}"#, "request null m [1, 2]"),
        (#" { "method" : "m" , "id" : 1.50e0 , "jsonrpc" : "2.0" } "#, "request 1.50e0 m -"),
        (#"{"jsonrpc":"2.0","method":"m","id":"\u0061\/"}"#, #"request "\u0061\/" m -"#),
        (#"{"jsonrpc":"2\u002e0","\u006dethod":"\u006d","id":0}"#, "request 0 m -"),
        (#"{"jsonrpc":"2.0","method":"","id":12345678901234567890}"#, "request 12345678901234567890  -"),
        (#"{"jsonrpc":"2.0","method":"m"}"#, "notification m -"),
        (#"{"jsonrpc":"2.0","method":"m","params":{}}"#, "notification m {}"),
        (#"{"jsonrpc":"2.0","method":"m","id":1,"trace":{"a":1,"a":2}}"#, "request 1 m -"),
        // Responses.
        (#"{"jsonrpc":"2.0","id":1,"result":{"a":1}}"#, #"result 1 {"a":1}"#),
        (#"{"jsonrpc":"2.0","id":"a","result":null}"#, #"result "a" null"#),
        (#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"n\u006f"}}"#, "failure 1 -32601 no -"),
        (#"{"jsonrpc":"2.0","id":null,"error":{"code":1301,"message":"m","data":{"a":529}}}"#, #"failure null 1301 m {"a":529}"#),
        // The version.
        (#"{"id":1,"method":"m"}"#, "invalid 1 -32600"), (#"{"jsonrpc":"1.0","id":1,"method":"m"}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":2.0,"id":1,"method":"m"}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":"2.0 ","id":1,"method":"m"}"#, "invalid 1 -32600"),
        (#"{"JSONRPC":"2.0","id":1,"method":"m"}"#, "invalid 1 -32600"),
        // The id.
        (#"{"jsonrpc":"2.0","id":{},"method":"m"}"#, "invalid null -32600"),
        (#"{"jsonrpc":"2.0","id":[1],"method":"m"}"#, "invalid null -32600"),
        (#"{"jsonrpc":"2.0","id":true,"method":"m"}"#, "invalid null -32600"),
        (#"{"jsonrpc":"2.0","id":false,"result":1}"#, "invalid null -32600"),
        // The method and the params.
        (#"{"jsonrpc":"2.0","id":1}"#, "invalid 1 -32600"), (#"{"jsonrpc":"2.0","id":1,"method":1}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":"2.0","method":null}"#, "invalid null -32600"),
        (#"{"jsonrpc":"2.0","id":"s","method":"m","params":1}"#, #"invalid "s" -32600"#),
        (#"{"jsonrpc":"2.0","id":1,"method":"m","params":"p"}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":"2.0","method":"m","params":null}"#, "invalid null -32600"),
        // Responses that are none.
        (#"{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":"2.0","result":1}"#, "invalid null -32600"),
        (#"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":"2.0","id":1,"error":{"message":"m"}}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":"m"}}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":"2.0","id":1,"error":"m"}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":"2.0","id":1,"error":null}"#, "invalid 1 -32600"),
        (#"{"jsonrpc":"2.0","id":1,"method":"m","result":1}"#, "invalid 1 -32600"),
        // Other values.
        ("1", "invalid null -32600"), ("null", "invalid null -32600"), (#""jsonrpc""#, "invalid null -32600"),
        ("{}", "invalid null -32600"),
        // Not JSON.
        ("", "invalid null -32700"), ("{", "invalid null -32700"),
        (#"{"jsonrpc":"2.0","id":1,"method":"m",}"#, "invalid null -32700"),
        ("\u{FEFF}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}", "invalid null -32700"),
        (#"{"jsonrpc":"2.0","id":1,"method":"m"}{}"#, "invalid null -32700"),
    ])
    func `one line says`(_ line: String, _ expected: String) {
        #expect(summary(parse(line)) == expected)
    }

    @Test(arguments: [
        ("[]", "invalid null -32600"), ("[1]", "batch [invalid null -32600]"),
        (" [ 1 , [] ] ", "batch [invalid null -32600, invalid null -32600]"),
        (#"[{"jsonrpc":"2.0","id":1,"method":"a"},{"id":2},{"jsonrpc":"2.0","method":"b","params":[1]}]"#,
         "batch [request 1 a -, invalid 2 -32600, notification b [1]]"),
        (#"[{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"m"}}]"#,
         "batch [result 1 1, failure 2 1 m -]"),
        (#"[[{"jsonrpc":"2.0","id":1,"method":"a"}]]"#, "batch [invalid null -32600]"),
        (#"[{"jsonrpc":"2.0","id":1,"method":"a"},"#, "invalid null -32700"),
    ])
    func `a batch says what each member says`(_ line: String, _ expected: String) {
        #expect(summary(parse(line)) == expected)
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}"#, "\"method\""),
        (#"{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"a"}"#, "\"jsonrpc\""),
        (#"{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}"#, "\"id\""),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","params":{},"\u0070arams":{}}"#, "\"params\""),
        (#"{"jsonrpc":"2.0","id":1,"result":1,"result":1}"#, "\"result\""),
        (#"{"jsonrpc":"2.0","id":1,"error":1,"error":1}"#, "\"error\""),
        (#"{"jsonrpc":"2.0","id":1,"method":"a","x":1,"y":2,"x":3}"#, "\"x\""),
        (#"{"jsonrpc":"2.0","x":1,"id":1,"method":"a","\u0078":3}"#, "\\u0078"),
    ])
    func `a key that occurs twice in the envelope is refused by name and answered without an id`(_ line: String, _ key: String) {
        guard case .invalid(let invalid) = parse(line) else {
            Issue.record("accepted: \(line)")
            return
        }
        #expect(invalid.error.code == -32600)
        #expect(invalid.error.message.contains(key))
        #expect(invalid.rawID == nil)
    }

    @Test func `keys that occur twice inside params travel as they came`() {
        let line = #"{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1,"a":2}}"#
        #expect(summary(parse(line)) == #"request 1 m {"a":1,"a":2}"#)
    }

    @Test func `a method is compared by its text`() {
        guard case .request(let request) = parse(#"{"jsonrpc":"2.0","id":1,"method":"system\u002eping"}"#) else {
            Issue.record("no request")
            return
        }
        #expect(request.isMethod("system.ping"))
        #expect(!request.isMethod("system.pin"))
        #expect(request.methodName == "system.ping")
        guard case .notification(let notification) = parse(#"{"jsonrpc":"2.0","method":"$/cancelRequest"}"#) else {
            Issue.record("no notification")
            return
        }
        #expect(notification.isMethod("$/cancelRequest"))
        #expect(!notification.isMethod("$/cancelrequest"))
    }
}
