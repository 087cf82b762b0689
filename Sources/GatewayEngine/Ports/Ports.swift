// SPDX-License-Identifier: Apache-2.0
package import GatewayModel
package import GatewayPolicy

/// Where the journal's rows go. Never blocks a reactor: a row is queued, and written in a group by the one writer.
package protocol Journal: Sendable {
    func append(_ record: CallRecord)
}

/// What a virtual key says of where a request may go, without the secret.
package struct VirtualKey: Sendable {
    package var name: String
    /// The provider's id in the catalog.
    package var provider: String
    /// What paths are appended to; its origin is bound to the secret.
    package var baseURL: BaseURL
    /// Patterns of the models it may be used with (`claude-*`), or nil for all.
    package var models: [String]?
    /// Milliseconds since 1970 after which it is refused, or nil.
    package var expiresAtMilliseconds: Int?
    /// Whether it was rotated with a grace that may still last.
    package var hasPreviousAPIKey: Bool
    /// The parts of its secret that are no secret: what its provider's templates are filled with.
    package var parts: [String: String]
    /// What may be spent with it.
    package var limits: SpendingRules

    package init(
        name: String, provider: String, baseURL: BaseURL, models: [String]? = nil, expiresAtMilliseconds: Int? = nil,
        hasPreviousAPIKey: Bool = false, parts: [String: String] = [:], limits: SpendingRules = SpendingRules()
    ) {
        self.name = name
        self.provider = provider
        self.baseURL = baseURL
        self.models = models
        self.expiresAtMilliseconds = expiresAtMilliseconds
        self.hasPreviousAPIKey = hasPreviousAPIKey
        self.parts = parts
        self.limits = limits
    }
}

/// The vault as the engine sees it: names in, and for one request to one origin, the secret.
package protocol SecretSource: Sendable {
    /// Another number after each change of what `virtualKey(named:)` answers: what was made of its answers holds until then.
    var generation: UInt64 { get }
    /// - Throws: `not_found`, or `vault_locked` when no master key was given.
    func virtualKey(named name: String) throws(GatewayFailure) -> VirtualKey
    /// Opens the key's API key for a request to `origin` (`https://host[:port]`, lower case, default port left out).
    /// Fails closed when the key was sealed for another origin.
    /// - Parameter peer: who uses it.
    func apiKey(of name: String, for origin: String, by peer: PeerIdentity) throws(GatewayFailure) -> SecretBytes
    /// The API key that the last rotation replaced, while its grace lasts, for a provider that does not take the new one yet;
    /// else nil. Same conditions.
    func previousAPIKey(of name: String, for origin: String) throws(GatewayFailure) -> SecretBytes?
}

extension SecretSource {
    package func previousAPIKey(of name: String, for origin: String) throws(GatewayFailure) -> SecretBytes? { nil }
}

/// How a secret is put into a request: a header field `name: prefix + secret`.
package struct Credential: Sendable {
    package var fieldName: String
    package var prefix: String
    package var secret: SecretBytes
    package init(fieldName: String, prefix: String, secret: SecretBytes) {
        self.fieldName = fieldName
        self.prefix = prefix
        self.secret = secret
    }
}

/// Limits on one exchange, in milliseconds; 0 means none.
package struct UpstreamTimeouts: Sendable {
    package var connectMilliseconds: Int
    /// From the start to the first byte of the answer's head.
    package var firstByteMilliseconds: Int
    /// From the start to the end of the answer.
    package var totalMilliseconds: Int
    package init(connectMilliseconds: Int = 10_000, firstByteMilliseconds: Int = 0, totalMilliseconds: Int = 0) {
        self.connectMilliseconds = connectMilliseconds
        self.firstByteMilliseconds = firstByteMilliseconds
        self.totalMilliseconds = totalMilliseconds
    }
}

/// One HTTP request, ready to be sent.
package struct UpstreamRequest: Sendable {
    package var method: String
    package var url: String
    package var fields: [HTTPField]
    package var credential: Credential?
    package var body: ArraySlice<UInt8>
    package var timeouts: UpstreamTimeouts
    /// Not to be sent when its host's name leads to an address that belongs to this host or its cloud's metadata.
    package var refusesHostItself = false
    package init(
        method: String = "POST", url: String, fields: [HTTPField], credential: Credential? = nil, body: ArraySlice<UInt8>,
        timeouts: UpstreamTimeouts = UpstreamTimeouts()
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.credential = credential
        self.body = body
        self.timeouts = timeouts
    }
}

/// HTTP out, of one reactor: confined to its thread, so neither Sendable nor locked.
///
/// Cancelling a task that waits in `open`, `read` or `collect` ends the exchange at once: the connection is closed or the HTTP/2
/// stream reset before the cancelling call returns.
package protocol UpstreamTransport: AnyObject {
    /// Sends the request and waits for the answer's head.
    /// - Throws: `upstream_unreachable`, `upstream_timeout` or `cancelled`; `invalid_params` for what may not be sent (a line
    ///   break in a header field, a field that belongs to the connection, a URL that is not http or https); `permission_denied`
    ///   for an address that `refusesHostItself` refuses.
    func open(_ request: UpstreamRequest) async throws(GatewayFailure) -> any UpstreamExchange
}

/// One exchange whose head has arrived. Dropping the last reference, or `cancel`, ends it at once.
package protocol UpstreamExchange: AnyObject {
    var head: HTTPHead { get }
    /// `head.status` and `head.value(name)`, where building the whole head would be waste.
    var status: Int { get }
    func value(_ name: String) -> String?
    /// Moves what has arrived since the last call into `buffer` (its old content is replaced), waiting for the first byte.
    /// - Returns: false at the end of the body. The transfer is paused while more than a fixed amount is unread.
    /// - Throws: `upstream_unreachable` (cut short), `upstream_timeout` or `cancelled`.
    func read(into buffer: inout [UInt8]) async throws(GatewayFailure) -> Bool
    /// The whole body. More than `limit` bytes fail as `upstream_error`.
    func collect(limit: Int) async throws(GatewayFailure) -> [UInt8]
    func cancel()
}

extension UpstreamExchange {
    package var status: Int { head.status }
    package func value(_ name: String) -> String? { head.value(name) }
}

/// Time as the gateway reads it; injected, so that a test can own it.
package struct GatewayClock: Sendable {
    /// Nanoseconds of a clock that never goes back.
    package var monotonicNanoseconds: @Sendable () -> UInt64
    /// Milliseconds since 1970, UTC.
    package var wallMilliseconds: @Sendable () -> Int
    package init(monotonicNanoseconds: @escaping @Sendable () -> UInt64, wallMilliseconds: @escaping @Sendable () -> Int) {
        self.monotonicNanoseconds = monotonicNanoseconds
        self.wallMilliseconds = wallMilliseconds
    }
}
