// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import JSONRPC
import Testing

struct JSONRPCWriterTests {
    func written(_ write: (inout [UInt8]) -> Void) -> String {
        var out = Array("before\n".utf8)
        write(&out)
        let all = text(out)
        #expect(all.hasPrefix("before\n"))
        return String(all.dropFirst(7))
    }

    func id(_ raw: String) -> ArraySlice<UInt8> { Array(raw.utf8)[...] }

    @Test func `each kind of line is written whole`() {
        #expect(
            written { JSONRPCWriter.result(id: id(#""\u0061""#), Array("[1]".utf8), to: &$0) }
                == #"{"jsonrpc":"2.0","id":"\u0061","result":[1]}"# + "\n")
        #expect(
            written { JSONRPCWriter.notification("chat.completions.chunk", Array("{}".utf8), to: &$0) }
                == #"{"jsonrpc":"2.0","method":"chat.completions.chunk","params":{}}"# + "\n")
        #expect(
            written { JSONRPCWriter.request(id: -7, "a\"b", Array(#"{"x":1}"#.utf8)[...], to: &$0) }
                == #"{"jsonrpc":"2.0","id":-7,"method":"a\"b","params":{"x":1}}"# + "\n")
    }

    @Test func `an error is written with its data, and with a null id where there is none`() {
        let error = JSONRPCError(code: 1301, message: "it said \"no\"\n", data: Array(#"{"status":529}"#.utf8))
        #expect(
            written { JSONRPCWriter.error(id: id("1"), error, to: &$0) }
                == #"{"jsonrpc":"2.0","id":1,"error":{"code":1301,"message":"it said \"no\"\n","data":{"status":529}}}"# + "\n")
        #expect(
            written { JSONRPCWriter.error(id: nil, JSONRPCError(code: -32603, message: ""), to: &$0) }
                == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":""}}"# + "\n")
    }

    @Test func `a value can be written between the two halves of a line`() {
        let line = written { out in
            JSONRPCWriter.beginResult(id: id("1"), to: &out)
            JSONWriter.append(to: &out) { json in
                json.beginObject()
                json.key("ok"); json.bool(true)
                json.endObject()
            }
            JSONRPCWriter.end(&out)
        }
        #expect(line == #"{"jsonrpc":"2.0","id":1,"result":{"ok":true}}"# + "\n")
        #expect(written { JSONRPCWriter.beginNotification("m", to: &$0) } == #"{"jsonrpc":"2.0","method":"m","params":"#)
        #expect(written { JSONRPCWriter.beginRequest(id: 1, "m", to: &$0) } == #"{"jsonrpc":"2.0","id":1,"method":"m","params":"#)
    }

    /// What one side writes is what the other reads.
    @Test func `lines that were written are read as what they are`() {
        var out: [UInt8] = []
        JSONRPCWriter.request(id: 1, "m\u{1}", Array("[1]".utf8), to: &out)
        JSONRPCWriter.notification("n", Array("{}".utf8), to: &out)
        JSONRPCWriter.result(id: id("1"), Array("null".utf8), to: &out)
        JSONRPCWriter.error(id: id("\"x\""), JSONRPCError(code: 1, message: "é\u{2028}", data: Array("[]".utf8)), to: &out)
        JSONRPCWriter.error(id: nil, .invalidRequest("no"), to: &out)
        var splitter = LineSplitter()
        splitter.receive(out)
        let messages = splitter.lines().map { line in
            if case .complete(let bytes) = line { summary(JSONRPCMessage.parse(bytes)) } else { "too long" }
        }
        #expect(
            messages == [
                "request 1 m\u{1} [1]", "notification n {}", "result 1 null", "failure \"x\" 1 é\u{2028} []",
                "failure null -32600 Invalid Request: no {\"type\":\"invalid_request\",\"status\":400,\"retryable\":false}",
            ])
    }

    @Test func `the replies to a batch are one line, in the order in which they came`() {
        var reply = JSONRPCBatchReply()
        for number in ["2", "1"] {
            var line: [UInt8] = []
            JSONRPCWriter.result(id: id(number), Array("0".utf8), to: &line)
            reply.add(line)
        }
        #expect(
            written { reply.finish(to: &$0) }
                == #"[{"jsonrpc":"2.0","id":2,"result":0},{"jsonrpc":"2.0","id":1,"result":0}]"# + "\n")
    }

    @Test func `a batch of notifications is answered by nothing`() {
        #expect(written { JSONRPCBatchReply().finish(to: &$0) } == "")
    }
}
