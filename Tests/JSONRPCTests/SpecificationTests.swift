// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSONBytes
import JSONRPC
import TestSupport
import Testing

/// A server as small as the specification's examples need it: `subtract`, `sum`, `get_data`.
enum ExampleServer {
    /// The line that answers this one; nothing where none is due.
    static func answer(_ line: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        guard case .batch(let members) = JSONRPCMessage.parse(line) else {
            reply(JSONRPCMessage.parse(line), &out)
            return out
        }
        var batch = JSONRPCBatchReply()
        for member in members {
            var line: [UInt8] = []
            reply(member, &line)
            if !line.isEmpty { batch.add(line) }
        }
        batch.finish(to: &out)
        return out
    }

    private static func reply(_ message: JSONRPCMessage, _ out: inout [UInt8]) {
        switch message {
        case .request(let request):
            if let result = result(of: request) {
                JSONRPCWriter.result(id: request.rawID, Array(result.utf8), to: &out)
            } else {
                let error = JSONRPCError(code: -32601, message: "Method not found: \(request.methodName)")
                JSONRPCWriter.error(id: request.rawID, error, to: &out)
            }
        case .invalid(let invalid): JSONRPCWriter.error(id: invalid.rawID, invalid.error, to: &out)
        case .notification, .response, .batch: break
        }
    }

    private static func result(of request: JSONRPCRequest) -> String? {
        let document = request.document
        let positional = request.params.map { document.elements(of: $0).compactMap { document.int($0) } } ?? []
        func number(_ key: String, _ index: Int) -> Int? {
            guard let params = request.params, document.kind(params) == .object else {
                return index < positional.count ? positional[index] : nil
            }
            return document.find(key, in: params).flatMap(document.int)
        }
        switch request.methodName {
        case "subtract":
            guard let minuend = number("minuend", 0), let subtrahend = number("subtrahend", 1) else { return nil }
            return "\(minuend - subtrahend)"
        case "sum": return "\(positional.reduce(0, +))"
        case "get_data": return #"["hello",5]"#
        default: return nil
        }
    }
}

struct SpecificationTests {
    /// The rules that the specification's examples show, in cases of our own.
    @Test(arguments: [
        (#"{"jsonrpc":"2.0","method":"subtract","params":[9,4],"id":7}"#, #"{"jsonrpc":"2.0","id":7,"result":5}"#),
        (#"{"jsonrpc":"2.0","method":"subtract","params":{"subtrahend":9,"minuend":4},"id":"q"}"#,
         #"{"jsonrpc":"2.0","id":"q","result":-5}"#),
        (#"{"jsonrpc":"2.0","method":"sum","params":[1,2]}"#, nil), (#"{"jsonrpc":"2.0","method":"no such method"}"#, nil),
        (#"{"jsonrpc":"2.0","method":"nothing","id":null}"#,
         #"{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"Method not found: nothing"}}"#),
        (#"[{"jsonrpc":"2.0","method":"sum","params":[1,2]},{"jsonrpc":"2.0","method":"sum","params":[]}]"#, nil),
        (#"[{"jsonrpc":"2.0","method":"sum","params":[1,2]},{"jsonrpc":"2.0","method":"sum","params":[3,4],"id":1}]"#,
         #"[{"jsonrpc":"2.0","id":1,"result":7}]"#),
        (#"{"jsonrpc":"2.0","id":1,"result":5}"#, nil),
    ] as [(String, String?)])
    func `a server answers`(_ line: String, _ expected: String?) {
        #expect(text(ExampleServer.answer(Array(line.utf8))) == (expected.map { $0 + "\n" } ?? ""))
    }

    @Test(.enabled(if: SharedFolder.has("jsonrpc/jsonrpc-vectors.jsonl"), "../shared/jsonrpc is absent"))
    func `the examples of the specification are answered as it says`() throws {
        let url = SharedFolder.url.appendingPathComponent("jsonrpc/jsonrpc-vectors.jsonl")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
        #expect(lines.count >= 15)
        for line in lines {
            let vector = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let name = try #require(vector["n"] as? String)
            let input = try #require(vector["in"] as? String)
            let answer = ExampleServer.answer(Array(input.utf8))
            guard let expected = vector["out"], !(expected is NSNull) else {
                #expect(answer.isEmpty, "\(name)")
                continue
            }
            let actual = withoutErrorText(try JSONSerialization.jsonObject(with: Data(answer)))
            #expect((actual as? NSObject) == (expected as? NSObject), "\(name): \(text(answer))")
        }
    }

    /// The examples compare an error by its code.
    private func withoutErrorText(_ value: Any) -> Any {
        if let array = value as? [Any] { return array.map(withoutErrorText) as NSArray }
        guard var object = value as? [String: Any], let error = object["error"] as? [String: Any] else { return value }
        object["error"] = error.filter { $0.key == "code" }
        return object as NSDictionary
    }
}
