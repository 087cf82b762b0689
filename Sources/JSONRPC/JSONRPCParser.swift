// SPDX-License-Identifier: Apache-2.0
import JSONBytes

extension JSONRPCMessage {
    /// Reads one line by the specification; never fails, because what is wrong has a place among the messages.
    package static func parse(_ line: consuming [UInt8], limits: JSONRPCLimits = JSONRPCLimits()) -> JSONRPCMessage {
        let document: JSONDocument
        do {
            document = try JSONDocument(line, maximumDepth: limits.nesting)
        } catch {
            return .invalid(JSONRPCInvalid(error: .parseError(error), rawID: nil))
        }
        guard document.kind(document.root) == .array else { return message(document, document.root) }
        return batch(document, limits.batchMembers)
    }

    private static func batch(_ document: JSONDocument, _ limit: Int) -> JSONRPCMessage {
        var members: [JSONRPCMessage] = []
        for element in document.elements(of: document.root) {
            if members.count == limit { return invalid("a batch may have at most \(limit) members") }
            members.append(message(document, element))
        }
        return members.isEmpty ? invalid("a batch must not be empty") : .batch(members)
    }

    private static func message(_ document: JSONDocument, _ node: JSONNode) -> JSONRPCMessage {
        do {
            return try Envelope(document, node).message()
        } catch {
            return .invalid(error)
        }
    }

    private static func invalid(_ reason: String) -> JSONRPCMessage {
        .invalid(JSONRPCInvalid(error: .invalidRequest(reason), rawID: nil))
    }
}

/// The members of one message's object that the specification knows.
private struct Envelope {
    /// More members than any message has, and few enough to be compared with each other.
    private static let maximumMembers = 32

    private let document: JSONDocument
    private var version: JSONNode?
    private var id: JSONNode?
    private var method: JSONNode?
    private var params: JSONNode?
    private var result: JSONNode?
    private var error: JSONNode?

    init(_ document: JSONDocument, _ node: JSONNode) throws(JSONRPCInvalid) {
        self.document = document
        guard document.kind(node) == .object else { throw Envelope.invalid("a message must be an object") }
        var count = 0
        var unknown = 0
        for (key, value) in document.members(of: node) {
            count += 1
            if count > Envelope.maximumMembers {
                throw Envelope.invalid("a message may have at most \(Envelope.maximumMembers) members")
            }
            if document.isString(key, "jsonrpc") {
                try Envelope.set(&version, value, "jsonrpc")
            } else if document.isString(key, "id") {
                try Envelope.set(&id, value, "id")
            } else if document.isString(key, "method") {
                try Envelope.set(&method, value, "method")
            } else if document.isString(key, "params") {
                try Envelope.set(&params, value, "params")
            } else if document.isString(key, "result") {
                try Envelope.set(&result, value, "result")
            } else if document.isString(key, "error") {
                try Envelope.set(&error, value, "error")
            } else {
                unknown += 1
            }
        }
        if unknown > 1, let key = document.duplicateKey(in: node) {
            throw Envelope.invalid("the key \(String(decoding: document.raw(key), as: UTF8.self)) occurs twice")
        }
    }

    func message() throws(JSONRPCInvalid) -> JSONRPCMessage {
        if let id {
            switch document.kind(id) {
            case .string, .number, .null: break
            default: throw Envelope.invalid("id must be a string, a number or null")
            }
        }
        guard let version, document.isString(version, "2.0") else { throw refused("jsonrpc must be \"2.0\"") }
        if let method { return try call(method) }
        if result == nil, error == nil { throw refused("method is missing") }
        return try response()
    }

    private func call(_ method: JSONNode) throws(JSONRPCInvalid) -> JSONRPCMessage {
        if document.kind(method) != .string { throw refused("method must be a string") }
        if result != nil || error != nil { throw refused("a request has no result and no error") }
        if let params, document.kind(params) != .object, document.kind(params) != .array {
            throw refused("params must be an object or an array, or be left out")
        }
        guard let id else { return .notification(JSONRPCNotification(document: document, method: method, params: params)) }
        return .request(JSONRPCRequest(document: document, id: id, method: method, params: params))
    }

    private func response() throws(JSONRPCInvalid) -> JSONRPCMessage {
        guard let id else { throw refused("a response must have an id") }
        guard let error else {
            guard let result else { throw refused("a response must have a result or an error") }
            return .response(JSONRPCResponse(document: document, id: id, outcome: .result(result)))
        }
        if result != nil { throw refused("a response has a result or an error, not both") }
        guard let code = document.find("code", in: error).flatMap(document.int),
            let message = document.find("message", in: error).flatMap(document.string)
        else { throw refused("an error must have a whole number as code and a string as message") }
        let failure = JSONRPCResponse.Outcome.failure(code: code, message: message, data: document.find("data", in: error))
        return .response(JSONRPCResponse(document: document, id: id, outcome: failure))
    }

    /// An error that the sender can match with its id.
    private func refused(_ reason: String) -> JSONRPCInvalid {
        JSONRPCInvalid(error: .invalidRequest(reason), rawID: id.map(document.raw))
    }

    private static func invalid(_ reason: String) -> JSONRPCInvalid {
        JSONRPCInvalid(error: .invalidRequest(reason), rawID: nil)
    }

    private static func set(_ member: inout JSONNode?, _ value: JSONNode, _ name: String) throws(JSONRPCInvalid) {
        if member != nil { throw invalid("the key \"\(name)\" occurs twice") }
        member = value
    }
}
