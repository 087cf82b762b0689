// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Observability

@Suite struct RedactionTests {
    @Test(arguments: [
        ("sk-abcdefgh", "sk-***"),
        ("key sk-proj-AbC_123-xyz!", "key sk-***!"),
        (
            #"{"error":"Incorrect API key provided: sk-ant-api03-AAAA1111bbbb."}"#,
            #"{"error":"Incorrect API key provided: sk-***."}"#
        ),
        (#"a\nsk-abcdefgh"#, #"a\nsk-***"#),
        ("xsk-abcdefghijkl12345", "xsk-***"),
        ("Authorization: Bearer abc.def-ghi_jkl", "Authorization: Bearer ***"),
        ("authorization: bearer   abcdefgh12", "authorization: bearer   ***"),
        ("Basic dXNlcjpwYXNzd29yZA==", "Basic ***"),
        ("https://x/v1?key=AIzaSyA1234567890abcdefghijklmnopqrstu&alt=sse", "https://x/v1?key=AIza***&alt=sse"),
        ("gsk_abcdefghijklmnop1234", "gsk_***"),
        ("xai-abcdefghijklmnop1234", "xai-***"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIA***"),
        ("ASIAIOSFODNN7EXAMPLE", "ASIA***"),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = ***"),
        (#"{"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPx","a":1}"#, #"{"SecretAccessKey": "***","a":1}"#),
        (#"\"x-api-key\":\"abcdef0123\""#, #"\"x-api-key\":\"***\""#),
        ("api_key=abcdef0123 model=x", "api_key=*** model=x"),
        ("x-amz-session-token: FwoGZXIvYXdzEBYaD", "x-amz-session-token: ***"),
        ("password: hunter22", "password: ***"),
        ("sk-aaaaaaaa sk-bbbbbbbb", "sk-*** sk-***"),
    ])
    func `what looks like a key is masked`(_ text: String, _ expected: String) {
        #expect(Redaction.masked(text) == expected)
        // Masking twice (a value, then its line) changes nothing more.
        #expect(Redaction.masked(expected) == expected)
    }

    @Test(arguments: [
        "virtual_key=anthropic-prod", "max_tokens=100000", "claude-3-5-sonnet-20241022", "task-force-and-other-words", "sk-",
        "sk-1234",
        "Bearer", "Bearer of news", "the basic idea", "disk-based", "xai-grok", "api_key is missing",
        "cache_read_input_tokens: 123456789",
        "", "…", "ASIATIC", "risk-free-assessment",
    ])
    func `ordinary words stay`(_ text: String) { #expect(Redaction.masked(text) == text) }

    @Test func `bytes that are no UTF-8 pass`() {
        let bytes: [UInt8] = [0xFF, 0x80, 0x73, 0x6B, 0x2D]
        #expect(Redaction.masked(bytes) == bytes)
    }
}
