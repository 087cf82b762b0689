// SPDX-License-Identifier: Apache-2.0
import CCurl
import CCurlShim
import GatewayEngine
import Glibc

/// An easy handle's options: those of all requests, set once, and those of one, set when they differ from the last one's.
struct CurlSetup: ~Copyable {
    private let easy: UnsafeMutableRawPointer
    /// curl writes here what went wrong.
    private let errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// The last URL, parsed: given one as text, curl parses it and puts it together again for each request.
    private let parsedURL = curl_url()
    private var url = ""
    private var method = ""
    private var sharesConnection = false
    private(set) var connectMilliseconds = 0

    init(_ easy: UnsafeMutableRawPointer, options: CurlOptions) {
        self.easy = easy
        errorBuffer[0] = 0
        set(CURLOPT_NOSIGNAL, 1)
        // Cancelling while a name is being resolved must not wait for the resolver's thread.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_BUFFERSIZE, options.receiveBufferSize)
        // Empty, not unset: unset, curl asks the environment.
        set(CURLOPT_PROXY, options.proxy ?? "")
        set(CURLOPT_NOPROXY, options.proxy == nil ? "" : options.proxyExceptions)
        if let file = options.authoritiesFile { set(CURLOPT_CAINFO, file) }
        _ = wicket_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer)
    }

    deinit {
        curl_url_cleanup(parsedURL)
        errorBuffer.deallocate()
    }

    var errorText: String? { errorBuffer[0] == 0 ? nil : String(cString: errorBuffer) }

    mutating func apply(_ request: UpstreamRequest, lines: UnsafeMutablePointer<curl_slist>?) {
        errorBuffer[0] = 0
        if request.url != url { apply(url: request.url) }
        _ = wicket_curl_set_pointer(easy, CURLOPT_HTTPHEADER, lines)
        // curl takes 0 for its own default; its largest value is 24 days.
        let limit = request.timeouts.connectMilliseconds
        let milliseconds = limit > 0 ? Int(Int32(clamping: limit)) : Int(Int32.max)
        if milliseconds != connectMilliseconds { set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds) }
        connectMilliseconds = milliseconds
    }

    private mutating func apply(url: String) {
        self.url = url
        // curl keeps the text for messages; where it cannot be parsed, curl is to say why.
        set(CURLOPT_URL, url)
        let flags = UInt32(CURLU_PATH_AS_IS | CURLU_DISALLOW_USER)
        let isParsed = curl_url_set(parsedURL, CURLUPART_URL, url, flags) == CURLUE_OK
        _ = wicket_curl_set_pointer(easy, CURLOPT_CURLU, isParsed ? parsedURL.map(UnsafeRawPointer.init) : nil)
    }

    /// curl keeps the pointer.
    mutating func apply(body: UnsafeRawBufferPointer, method: String) {
        // Without a pointer curl would ask a callback for the body, even for none.
        _ = wicket_curl_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress ?? UnsafeRawPointer(errorBuffer))
        _ = wicket_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        let isPlainPost = method == "POST"
        if isPlainPost && self.method == method { return }
        self.method = method
        set(CURLOPT_NOBODY, 0)
        if isPlainPost || !body.isEmpty { set(CURLOPT_POST, 1) } else { set(CURLOPT_HTTPGET, 1) }
        if method == "HEAD" { set(CURLOPT_NOBODY, 1) }
        _ = wicket_curl_set_string(easy, CURLOPT_CUSTOMREQUEST, isPlainPost ? nil : method)
    }

    /// Whether to wait for a connection that is being made, in the hope that it can carry more than one request. With HTTP/1.1
    /// that hope would hold until the first answer.
    mutating func apply(sharesConnection: Bool) {
        if sharesConnection != self.sharesConnection { set(CURLOPT_PIPEWAIT, sharesConnection ? 1 : 0) }
        self.sharesConnection = sharesConnection
    }

    private func set(_ option: CURLoption, _ value: Int) { _ = wicket_curl_set_long(easy, option, value) }
    private func set(_ option: CURLoption, _ value: String) { _ = wicket_curl_set_string(easy, option, value) }
}
