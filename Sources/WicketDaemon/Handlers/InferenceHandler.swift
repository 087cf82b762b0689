// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import JSONRPC
import SocketServer
import Synchronization
import WicketProtocol

extension MethodHandler {
    /// A call that goes to a provider: the params' `request` and `options` become a call, the engine runs it.
    static func inference(_ operation: Operation) -> MethodHandler {
        MethodHandler(socket: .use) { running in
            running.chunkMethod = operation.chunkMethod
            do throws(GatewayFailure) {
                let call = try call(operation, running)
                let (end, report) = await running.session.services.engine.perform(call, chunks: running)
                reply(to: running, end, report)
            } catch {
                running.fail(error)
            }
        }
    }

    private static func reply(to running: RunningRequest, _ end: CallEnd, _ report: CallReport) {
        let counters = running.session.services.shared.counters
        counters.requests.add(1, ordering: .relaxed)
        switch end {
        case .response(let response):
            running.reply { writeInferenceReply(id: running.request.rawID, response: response.body, report: report, to: &$0) }
        case .streamed:
            running.reply { writeInferenceReply(id: running.request.rawID, response: nil, report: report, to: &$0) }
        case .failed(let failure):
            counters.failures.add(1, ordering: .relaxed)
            // The engine names what it was given; the caller wrote it inside of params.
            running.fail(failure.inParams, report: report)
        }
    }

    private static func call(_ operation: Operation, _ running: RunningRequest) throws(GatewayFailure) -> GatewayCall {
        if running.session.services.shared.isDraining.load(ordering: .relaxed) { throw .draining }
        var document = running.document
        let parts = try InferenceParams(running.request)
        let policy = running.session.policy
        var options = running.session.defaults(under: policy)
        if let node = parts.options { try options.apply(node, of: document, path: "params.options") }
        if let policy { options.addMetadata(of: policy) }
        let request: JSONNode
        if let given = parts.request {
            request = given
        } else if operation == .models, let empty = try? JSONDocument("{}") {
            document = empty
            request = empty.root
        } else {
            throw .invalidParams("params.request", "params.request is missing: put the provider-neutral body there.")
        }
        let call = GatewayCall(
            operation: operation, document: document, request: request, options: consume options,
            peer: running.peer, policy: policy)
        if !operation.hasStream, call.wantsStream {
            throw .invalidParams("params.request.stream", "\(operation.rawValue) has no stream: leave params.request.stream out.")
        }
        if running.batch != nil, call.wantsStream {
            throw GatewayFailure(
                .invalidRequest, "A stream cannot be part of a batch: send it as a request of its own.",
                path: "params.request.stream")
        }
        return call
    }
}

/// `params` of every inference method: `request` and `options`, nothing else.
private struct InferenceParams {
    var request: JSONNode?
    var options: JSONNode?

    init(_ rpc: JSONRPCRequest) throws(GatewayFailure) {
        guard let params = rpc.params else { return }
        let document = rpc.document
        if document.kind(params) != .object {
            throw .invalidParams(
                "params", "params must be an object with request and options: this gateway takes them by name only.")
        }
        for (key, value) in document.members(of: params) {
            if document.isString(key, "request") {
                if request != nil { throw .invalidParams("params.request", "params.request stands there twice.") }
                guard document.kind(value) == .object else {
                    throw .invalidParams("params.request", "params.request must be an object.")
                }
                request = value
            } else if document.isString(key, "options") {
                if options != nil { throw .invalidParams("params.options", "params.options stands there twice.") }
                if !document.isNull(value) { options = value }
            } else {
                let name = document.string(key) ?? ""
                throw .invalidParams(
                    "params.\(name)",
                    "params.\(name) is unknown: the body goes into params.request, the gateway's own part into params.options.")
            }
        }
    }
}
