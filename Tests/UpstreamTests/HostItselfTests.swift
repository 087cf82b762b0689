// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Reactor
import Synchronization
import Testing

@testable import Upstream

struct HostItselfTests {
    @Test(arguments: [
        // This host.
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "::1", "::",
        // Link-local, and metadata services wherever they are.
        "169.254.0.1", "169.254.169.254", "169.254.255.255", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fe80::1",
        "fe80::5054:ff:fe12:3456", "febf::1", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
        // Nobody's.
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1",
        // The same in other forms: compatible, mapped, translated, NAT64, 6to4, Teredo, ISATAP.
        "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1",
        "64:ff9b::169.254.169.254", "64:ff9b:1::169.254.169.254", "64:ff9b:1:fffe::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
        "2001:0:7f00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::5efe:127.0.0.1",
        "2001:db8::200:5efe:169.254.169.254", "::2", "::8.8.8.8",
        // Not an address at all.
        "", "localhost", "127.1", "0x7f.1", "fe80::1%eth0", "1.2.3.4.5",
    ])
    func `an address of the host, its link or its cloud's metadata is one`(text: String) {
        #expect(HostItself.contains(text))
    }

    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "10.0.0.1", "10.255.255.255", "172.16.0.1", "192.168.1.1", "192.0.0.191", "100.64.0.1",
        "100.100.100.199", "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.0", "223.255.255.255", "1.0.0.0",
        "2606:4700::1111", "fd00::1",
        "fc00::1", "fd00:ec3::254", "fd20:ce::255", "fec0::1", "fe7f::1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "64:ff9b::8.8.8.8",
        "64:ff9b:1::10.0.0.1", "2002:808:808::1", "2001:db8::1", "2001:4860:4860::8888", "2001:db8::5efe:8.8.8.8",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ])
    func `a public or a private address is none`(text: String) {
        #expect(!HostItself.contains(text))
    }
}

struct AddressCheckTests {
    private let server = TestServer.answering { _ in response("hello") }
    private var byName: String { "http://localhost:\(server.port)/" }

    private func guarded(_ url: String) -> UpstreamRequest {
        var request = UpstreamRequest.post(url, credential: .test("sk-secret-key"))
        request.refusesHostItself = true
        return request
    }

    @Test func `no socket is opened to an address of the host`() async throws {
        let request = guarded(byName)
        let failure = try await withTransport { await $0.refusal(of: request) }
        #expect(failure?.code == .permissionDenied)
        #expect(failure?.message.contains("localhost:\(server.port)") == true)
        #expect(server.accepted == 0)
    }

    @Test func `a connection that another request has opened is not used for it`() async throws {
        let seen = Counter()
        let server = TestServer.answering { _ in
            seen.increment()
            return response("hello")
        }
        let url = "http://localhost:\(server.port)/"
        let (open, guarded) = (UpstreamRequest.post(url), guarded(url))
        try await withTransport { transport in
            #expect(await transport.fetch(1, open) == ["hello"])
            #expect(await transport.refusal(of: guarded)?.code == .permissionDenied)
            #expect(transport.statistics.inFlight == 0)
            #expect(await transport.fetch(1, open) == ["hello"], "others go on")
            #expect(await transport.refusal(of: guarded)?.code == .permissionDenied)
        }
        #expect(seen.value == 2)
    }

    @Test func `a handle that was used for one is free for the next`() async throws {
        let (open, guarded) = (UpstreamRequest.post(byName), guarded(byName))
        try await withTransport { transport in
            for _ in 0..<3 {
                #expect(await transport.refusal(of: guarded)?.code == .permissionDenied)
                #expect(await transport.fetch(1, open) == ["hello"])
            }
        }
    }

    @Test(.enabled(if: TLSFiles.shared != nil && Tool.find("nghttpd") != nil, "needs openssl and nghttpd"))
    func `nor over HTTP/2, where many requests share a connection`() async throws {
        let files = try #require(TLSFiles.shared)
        let server = try ServerProcess.http2(files)
        let url = "https://localhost:\(server.port)/small"
        let open = UpstreamRequest(method: "GET", url: url, fields: [], body: [])
        let guarded = guarded(url)
        try await withTransport(CurlOptions(userAgent: "wicket/test", authoritiesFile: files.authority)) { transport in
            #expect(await transport.refusal(of: guarded)?.code == .permissionDenied)
            #expect(await transport.fetch(20, open) == Array(repeating: "hello", count: 20))
            #expect(transport.statistics.connections == 1)
            #expect(await transport.refusal(of: guarded)?.code == .permissionDenied)
            #expect(await transport.fetch(1, open) == ["hello"])
        }
    }
}
