// SPDX-License-Identifier: Apache-2.0
import CCurl
import CCurlShim
import Glibc

/// libcurl's state that belongs to the process.
enum CurlLibrary {
    /// Starts libcurl once. A write to a socket that the other side has closed must come back as an error: OpenSSL has no flag
    /// for that, so SIGPIPE is ignored in the whole process.
    static let isReady: Bool = {
        signal(SIGPIPE, SIG_IGN)
        return wicket_curl_global_init() == CURLE_OK
    }()
}
