// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

struct BaseURLTests {
    @Test(arguments: [
        ("https://api.anthropic.com/v1", "https://api.anthropic.com", "/v1"),
        ("https://api.openai.com", "https://api.openai.com", ""),
        ("https://api.openai.com/", "https://api.openai.com", ""),
        ("https://api.openai.com/v1//", "https://api.openai.com", "/v1"),
        ("HTTPS://API.OpenAI.com:443/V1", "https://api.openai.com", "/V1"),
        ("https://api.openai.com:8443/v1", "https://api.openai.com:8443", "/v1"),
        ("https://api.openai.com:80", "https://api.openai.com:80", ""),
        ("https://my_host-1.internal/a%20b/c;d=e,f", "https://my_host-1.internal", "/a%20b/c;d=e,f"),
        ("http://127.0.0.1:9/x", "http://127.0.0.1:9", "/x"),
        ("http://127.0.0.1:80/x", "http://127.0.0.1", "/x"),
        ("http://127.255.0.3", "http://127.255.0.3", ""),
        ("http://localhost:9787/r/ID/v1", "http://localhost:9787", "/r/ID/v1"),
        ("http://LOCALHOST", "http://localhost", ""),
        ("http://[::1]:11434/v1", "http://[::1]:11434", "/v1"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]", ""),
        ("https://[2001:DB8:0:0:1:0:0:1]/v1", "https://[2001:db8::1:0:0:1]", "/v1"),
        ("https://[::ffff:10.0.0.1]:443", "https://[::ffff:a00:1]", ""),
        ("https://[1:2:3:4:5:6:7:8]", "https://[1:2:3:4:5:6:7:8]", ""),
        ("https://[1:0:3:4:5:6:7:8]", "https://[1:0:3:4:5:6:7:8]", ""),
        ("https://[::]", "https://[::]", ""),
        ("https://10.0.0.1:65535", "https://10.0.0.1:65535", ""),
        ("https://1.example", "https://1.example", ""),
    ])
    func `a base URL has one form`(text: String, origin: String, path: String) throws {
        let url = try BaseURL(text)
        #expect(url.origin == origin)
        #expect(url.path == path)
        #expect(try BaseURL(url.text) == url)
    }

    @Test(arguments: [
        "", "api.openai.com", "https:/api.openai.com", "https://", "https:///v1", "ftp://example.com", "httpss://example.com",
        "//example.com",
        // Plain http leaves the host.
        "http://example.com", "http://10.0.0.1", "http://128.0.0.1", "http://localhost.example.com", "http://sub.localhost",
        "http://[::2]",
        "http://[::ffff:127.0.0.1]", "http://0.0.0.0", "http://127.0.0.1.example.com",
        // An address that does not look like the one it is.
        "http://127.1", "http://2130706433", "http://0x7f.0.0.1", "http://0x7f000001", "http://0177.0.0.1", "https://1.2.3",
        "https://1.2.3.256",
        "https://1.2.3.4.5", "https://host.0x1", "https://01.2.3.4",
        // Parts that a base URL has not.
        "https://user@example.com", "https://user:pass@example.com", "http://127.0.0.1@example.com", "https://example.com?x=1",
        "https://example.com/v1?", "https://example.com/#f", "https://example.com#", "https://example.com\\@evil.com",
        // Ports.
        "https://example.com:", "https://example.com:0", "https://example.com:65536", "https://example.com:+1",
        "https://example.com:1a",
        "https://example.com:000443", "https://example.com:80:90", "https://example.com:-1",
        // Hosts and paths that are none.
        "https://exa mple.com", "https://example..com", "https://example.com.", "https://.example.com", "https://-a.com",
        "https://a-.com",
        "https://ex%61mple.com", "https://bücher.example", "https://[::1", "https://::1", "https://[]", "https://[::1]x",
        "https://[1::2::3]",
        "https://[1:2:3:4:5:6:7]", "https://[1:2:3:4:5:6:7:8:9]", "https://[12345::]", "https://[fe80::1%25eth0]",
        "https://[::1.2.3]",
        "https://[1.2.3.4::]", "https://[:::]", "https://[:1]",
        "https://example.com/a/../b",
        "https://example.com/./b", "https://example.com/a b", "https://example.com/\n", "https://example.com/\r\nhost:evil",
        "https://example.com/\"",
        "https://example.com/" + String(repeating: "a", count: 2100), "https://" + String(repeating: "a", count: 64) + ".com",
    ])
    func `what is no base URL is refused, and the field named`(text: String) {
        let failure = #expect(throws: GatewayFailure.self) { try BaseURL(text) }
        #expect(failure?.code == .invalidParams)
        #expect(failure?.path == "base_url")
    }
}
