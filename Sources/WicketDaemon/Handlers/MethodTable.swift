// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import JSONRPC
import WicketProtocol

/// Which socket a connection came in by. Admin rights come with the admin socket and with nothing else, whatever the uid.
enum SocketRole: Sendable { case use, admin }

/// A method as the daemon runs it.
struct MethodHandler: Sendable {
    let socket: RPCSocket
    /// The table fills it in, so that a request's method has a name without one being made.
    fileprivate(set) var name = ""
    /// Runs the request and replies to it, once, on the reactor of its connection.
    let run: @Sendable (RunningRequest) async -> Void

    init(socket: RPCSocket, run: @escaping @Sendable (RunningRequest) async -> Void) {
        self.socket = socket
        self.run = run
    }

    /// A method whose result is computed whole.
    static func plain(
        _ socket: RPCSocket, _ body: @escaping @Sendable (RunningRequest) async throws(GatewayFailure) -> [UInt8]
    ) -> MethodHandler {
        MethodHandler(socket: socket) { request in
            do throws(GatewayFailure) { request.succeed(try await body(request)) } catch { request.fail(error) }
        }
    }
}

/// All methods by name. What `WicketProtocol` lists and what is here must be the same; a test holds them together.
struct MethodTable: Sendable {
    private let handlers: [String: MethodHandler]
    private let chat: MethodHandler
    private let messages: MethodHandler

    /// - Parameter groups: all but the inference methods.
    init(_ groups: [[String: MethodHandler]]) {
        var handlers = groups.reduce(into: [:]) { all, group in all.merge(group) { $1 } }
        for operation in Operation.allCases { handlers[operation.rawValue] = .inference(operation) }
        for name in handlers.keys { handlers[name]?.name = name }
        chat = handlers[Operation.chat.rawValue] ?? .inference(.chat)
        messages = handlers[Operation.messages.rawValue] ?? .inference(.messages)
        self.handlers = handlers
    }

    var names: Set<String> { Set(handlers.keys) }

    func entry(for request: JSONRPCRequest, role: SocketRole) throws(GatewayFailure) -> MethodHandler {
        // The data path's own methods are known by their bytes, before a name is made of any.
        let handler: MethodHandler
        if request.isMethod("chat.completions.create") {
            handler = chat
        } else if request.isMethod("messages.create") {
            handler = messages
        } else {
            let name = request.methodName
            guard let found = handlers[name] else { throw .unknownMethod(name, among: handlers.keys) }
            handler = found
        }
        switch (handler.socket, role) {
        case (.both, _), (.use, .use), (.admin, .admin): return handler
        case (.use, .admin):
            throw GatewayFailure(
                .permissionDenied, "\(request.methodName) is answered on the use socket, not on the admin socket.")
        case (.admin, .use):
            throw GatewayFailure(
                .permissionDenied,
                "\(request.methodName) is an admin method: call it on the admin socket, which only the daemon's own user can "
                    + "open."
            )
        }
    }
}

extension GatewayFailure {
    static func unknownMethod(_ name: String, among known: some Sequence<String>) -> GatewayFailure {
        let hint = nearestName(to: name, among: known).map { " Did you mean \($0)?" } ?? " rpc.discover lists them."
        return GatewayFailure(.methodNotFound, "There is no method \(name).\(hint)")
    }

    /// The same failure, its path counted from the call's params on.
    var inParams: GatewayFailure {
        guard let path, !path.hasPrefix("params") else { return self }
        var failure = self
        failure.path = "params." + path
        return failure
    }

    init(_ error: ParamsError) { self = .invalidParams(error.path, error.message) }
}

/// What a part of the daemon names is a field; the caller wrote it inside of params.
func inParams<Value>(_ body: () async throws(GatewayFailure) -> Value) async throws(GatewayFailure) -> Value {
    do throws(GatewayFailure) { return try await body() } catch { throw error.inParams }
}

extension Page {
    /// This page of rows that are sorted by name, and the cursor of the next one.
    func of<Row>(_ rows: [Row], by name: KeyPath<Row, String>) -> (shown: ArraySlice<Row>, next: String?) {
        let rest = rows.drop { row in cursor.map { row[keyPath: name] <= $0 } ?? false }
        let shown = rest.prefix(limit)
        return (shown, rest.count > shown.count ? shown.last?[keyPath: name] : nil)
    }
}

extension RunningRequest {
    /// The request's params for a method that owns all of their shape, read by `read`.
    func params<Params>(_ read: (JSONDocument, JSONNode?) throws(ParamsError) -> Params) throws(GatewayFailure) -> Params {
        try refusePositional()
        do throws(ParamsError) { return try read(document, request.params) } catch { throw GatewayFailure(error) }
    }

    func params(known: [String]) throws(GatewayFailure) -> ParamsReader {
        try refusePositional()
        do throws(ParamsError) { return try ParamsReader(document, request.params, known: known) } catch {
            throw GatewayFailure(error)
        }
    }

    private func refusePositional() throws(GatewayFailure) {
        guard let params = request.params, document.kind(params) != .object else { return }
        throw .invalidParams("params", "params must be an object: this gateway takes them by name only.")
    }
}

/// The JSON that `write` writes.
func json(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter()
    write(&json)
    return json.bytes
}
