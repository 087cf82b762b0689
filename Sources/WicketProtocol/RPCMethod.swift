// SPDX-License-Identifier: Apache-2.0

/// One method of the RPC surface: a type in a file of its own, which also holds the shapes of its params and result where typed
/// access pays. Bodies that travel as they are (`request`, `response`) have no type here.
///
/// A new method is a new file and a line in ``RPCMethods``.
package protocol RPCMethod {
    /// As it stands in `method`.
    static var name: String { get }
    static var group: RPCGroup { get }
    static var socket: RPCSocket { get }
    /// One sentence, as `rpc.discover` and the documentation show it.
    static var summary: String { get }
    /// The notification that carries one piece of its stream, for a method that can stream.
    static var chunkNotification: String? { get }
}

extension RPCMethod {
    package static var chunkNotification: String? { nil }
}

/// What a method belongs to.
package enum RPCGroup: String, Sendable, CaseIterable {
    case service, session, inference, logs, traces, metrics, vault, configs, policies, cache, budgets, targets, audit, lifecycle
}

/// The sockets that a method answers on. The admin socket never implies the use socket's methods, nor the other way round.
package enum RPCSocket: String, Sendable {
    case use, admin, both
}
