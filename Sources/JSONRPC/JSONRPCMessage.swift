// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What one line says. All parts of a line share one document, its bytes and one index over them.
package enum JSONRPCMessage: Sendable {
    case request(JSONRPCRequest)
    case notification(JSONRPCNotification)
    /// For the side that asked; a server, which asks nothing, drops it.
    case response(JSONRPCResponse)
    /// No message by the specification. A server answers with the error; it has no id where the id could not be told.
    case invalid(JSONRPCInvalid)
    /// The members in order, none of them a batch. A server answers with one array; see `JSONRPCBatchReply`.
    case batch([JSONRPCMessage])
}

/// A call that wants a reply.
package struct JSONRPCRequest: Sendable {
    package let document: JSONDocument
    /// A string, a number or null. Echo its own bytes: `rawID`.
    package let id: JSONNode
    /// A string.
    package let method: JSONNode
    /// An object or an array.
    package let params: JSONNode?

    /// The id as it was written.
    package var rawID: ArraySlice<UInt8> { document.raw(id) }
    package var methodName: String { document.string(method) ?? "" }
    package func isMethod(_ name: StaticString) -> Bool { document.isString(method, name) }
}

/// A call that wants no reply, not even an error.
package struct JSONRPCNotification: Sendable {
    package let document: JSONDocument
    /// A string.
    package let method: JSONNode
    /// An object or an array.
    package let params: JSONNode?

    package var methodName: String { document.string(method) ?? "" }
    package func isMethod(_ name: StaticString) -> Bool { document.isString(method, name) }
}

/// The reply to a request.
package struct JSONRPCResponse: Sendable {
    package enum Outcome: Sendable {
        case result(JSONNode)
        case failure(code: Int, message: String, data: JSONNode?)
    }

    package let document: JSONDocument
    /// A string or a number; null where the other side could not tell which request it answers.
    package let id: JSONNode
    package let outcome: Outcome

    /// The id as it was written.
    package var rawID: ArraySlice<UInt8> { document.raw(id) }
}

/// Why a line, or a member of a batch, is no message.
package struct JSONRPCInvalid: Error, Equatable, Sendable {
    package let error: JSONRPCError
    /// The id as it was written, where there is exactly one and it is a string, a number or null.
    package let rawID: ArraySlice<UInt8>?
}

/// What a line may cost.
package struct JSONRPCLimits: Sendable {
    package var batchMembers: Int
    package var nesting: Int

    package init(batchMembers: Int = 1000, nesting: Int = JSONDocument.maximumDepth) {
        self.batchMembers = batchMembers
        self.nesting = nesting
    }
}
