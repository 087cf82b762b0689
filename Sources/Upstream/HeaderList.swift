// SPDX-License-Identifier: Apache-2.0
import CCurl
import GatewayEngine
import GatewayModel
import Glibc

/// A request's header lines in one block of our own, linked as the list that curl reads in place: no allocation for each line,
/// and the one copy of the credential that is ours can be wiped. (curl makes its own copy when it sends; that one is beyond
/// reach.)
struct HeaderList: ~Copyable {
    private var text = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 1)
    private var nodes = UnsafeMutableBufferPointer<curl_slist>.allocate(capacity: 16)
    private var used = 0
    private var count = 0
    private var secret = 0..<0
    private let userAgent: String

    init(userAgent: String) { self.userAgent = userAgent }

    deinit {
        if let base = text.baseAddress { explicit_bzero(base + secret.lowerBound, secret.count) }
        text.deallocate()
        nodes.deallocate()
    }

    /// Valid until the next `fill`.
    var first: UnsafeMutablePointer<curl_slist>? { count == 0 ? nil : nodes.baseAddress }

    /// Writes all lines, the credential last.
    /// - Throws: `invalid_params` for a field that may not be sent.
    mutating func fill(_ request: UpstreamRequest) throws(GatewayFailure) {
        makeRoom(for: request)
        // Without it curl asks for leave before it sends a large body.
        startLine()
        append("Expect:")
        endLine()
        var hasContentType = false
        var hasAccept = false
        var hasUserAgent = false
        for field in request.fields {
            try FieldRules.check(field)
            hasContentType = hasContentType || FieldRules.isName(field.name, "content-type")
            hasAccept = hasAccept || FieldRules.isName(field.name, "accept")
            hasUserAgent = hasUserAgent || FieldRules.isName(field.name, "user-agent")
            startLine()
            append(field.name)
            // To curl a name with nothing after the colon means "leave that field out"; with a semicolon it goes out empty.
            if field.value.isEmpty { append(";") } else { append(": ") }
            append(field.value)
            endLine()
        }
        if !hasContentType {
            // A body that says nothing else is JSON here; curl would call it a form.
            startLine()
            if request.body.isEmpty { append("content-type:") } else { append("content-type: application/json") }
            endLine()
        }
        if !hasAccept {
            // `*/*`, which curl would say, says nothing.
            startLine()
            append("Accept:")
            endLine()
        }
        if !hasUserAgent {
            // As a line of ours curl writes it once; as an option it would put it together anew for each request.
            startLine()
            append("User-Agent: ")
            append(userAgent)
            endLine()
        }
        if let credential = request.credential { try append(credential) }
    }

    /// Overwrites the credential. Should curl look at its line again it finds an empty one, which it skips.
    mutating func wipe() {
        if let base = text.baseAddress, !secret.isEmpty { explicit_bzero(base + secret.lowerBound, secret.count) }
        secret = 0..<0
    }

    private mutating func append(_ credential: Credential) throws(GatewayFailure) {
        try FieldRules.check(HTTPField(credential.fieldName, credential.prefix))
        let start = used
        startLine()
        append(credential.fieldName)
        append(": ")
        append(credential.prefix)
        let isClean = credential.secret.withExposedBytes { bytes in
            append(bytes)
            return FieldRules.isClean(bytes)
        }
        endLine()
        secret = start..<used
        if isClean { return }
        wipe()
        throw GatewayFailure(.invalidParams, "The stored provider key holds a line break or a control character. Store it again.")
    }

    private mutating func makeRoom(for request: UpstreamRequest) {
        wipe()
        used = 0
        count = 0
        var bytes = 128 + userAgent.utf8.count
        for field in request.fields { bytes += field.name.utf8.count + field.value.utf8.count + 3 }
        if let credential = request.credential {
            bytes += credential.fieldName.utf8.count + credential.prefix.utf8.count + credential.secret.count + 3
        }
        if text.count < bytes {
            text.deallocate()
            text = .allocate(byteCount: bytes, alignment: 1)
        }
        if nodes.count < request.fields.count + 5 {
            nodes.deallocate()
            nodes = .allocate(capacity: request.fields.count + 5)
        }
    }

    /// Links a node to the place where the next byte goes; the block does not move before the next `fill`.
    private mutating func startLine() {
        guard let line = text.baseAddress, let node = nodes.baseAddress else { return }
        let data = (line + used).assumingMemoryBound(to: CChar.self)
        (node + count).initialize(to: curl_slist(data: data, next: nil))
        if count > 0 { (node + count - 1).pointee.next = node + count }
        count += 1
    }

    private mutating func append(_ part: StaticString) {
        append(UnsafeRawBufferPointer(start: part.utf8Start, count: part.utf8CodeUnitCount))
    }

    // A literal means the static form, which makes no String.
    @_disfavoredOverload
    private mutating func append(_ part: String) {
        var part = part
        part.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: text[used...]).copyMemory(from: bytes)
        used += bytes.count
    }

    private mutating func endLine() {
        text[used] = 0
        used += 1
    }
}
