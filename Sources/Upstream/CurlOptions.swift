// SPDX-License-Identifier: Apache-2.0

/// What is set once for all requests of a transport.
package struct CurlOptions: Sendable {
    /// Sent as `User-Agent`.
    package var userAgent: String
    /// A file of certificate authorities (PEM) to trust instead of the system's.
    package var authoritiesFile: String?
    /// An HTTP proxy (`http://host:port`). The environment is never asked: what an inherited variable names must not get to see
    /// traffic.
    package var proxy: String?
    /// Hosts that are reached without the proxy, separated by commas.
    package var proxyExceptions = "localhost,127.0.0.1,::1"
    /// A body is paused while more than this many bytes of it are unread: 256 stuck streams of one caller then stay near
    /// 16 MB. Over HTTP/1.1 the server is held up at once; over HTTP/2 curl 7.88 has already allowed it 32 MB a stream,
    /// and holds what still comes.
    package var unreadLimit = 64 << 10
    /// What curl reads at a time; it holds one such buffer for each exchange in flight.
    package var receiveBufferSize = 16 << 10
    /// Connections to one HTTP/2 host; without a cap curl opens one for each request that comes while a handshake is under way.
    package var connectionsPerHost = 8
    /// Requests in flight at one HTTP/2 host; the rest wait here, in order. 100 streams fill a connection.
    package var requestsPerHost = 800
    /// Connections that may be open before idle ones are closed.
    package var idleConnections = 1024
    /// Easy handles that are kept for the next request.
    package var idleHandles = 64

    package init(userAgent: String, authoritiesFile: String? = nil, proxy: String? = nil) {
        self.userAgent = userAgent
        self.authoritiesFile = authoritiesFile
        self.proxy = proxy
    }
}

/// What a transport has at the moment.
package struct UpstreamStatistics: Sendable, Equatable {
    /// Open connections, used or idle.
    package var connections: Int
    /// Exchanges that curl works on.
    package var inFlight: Int
    /// Requests that wait for their turn at a host.
    package var waiting: Int
}
