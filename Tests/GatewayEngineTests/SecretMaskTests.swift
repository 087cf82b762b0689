// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Testing

@testable import GatewayEngine

struct SecretMaskTests {
    private func masked(_ text: String, _ key: String) -> String {
        let mask = SecretMask(secret: bytes(key).withUnsafeBytes { SecretBytes(copying: $0) })
        var body = bytes(text)
        mask.apply(to: &body)
        return String(decoding: body, as: UTF8.self)
    }

    @Test(arguments: [
        (#"{"error":"bad key sk-12345678."}"#, "sk-12345678", #"{"error":"bad key ********."}"#),
        ("sk-12345678", "sk-12345678", "********"), ("sk-12345678sk-12345678", "sk-12345678", "****************"),
        ("sk-1234567", "sk-12345678", "sk-1234567"), ("", "sk-12345678", ""),
        ("sk-sk-sk-12345678", "sk-12345678", "sk-sk-********"), ("short", "short", "short"),
        (#"a\/b\/c/d+e=f a/b/c/d+e=f"#, "a/b/c/d+e=f", "a\\/b\\/c/d+e=f ********"),
        (#"x a\/b\/c\/d+e=f"#, "a/b/c/d+e=f", "x ********"),
    ])
    func `a key is taken out wherever it stands`(text: String, key: String, expected: String) {
        #expect(masked(text, key) == expected)
    }

    @Test func `a failure keeps its message, status and body but for the key`() {
        let mask = SecretMask(secret: bytes("sk-12345678").withUnsafeBytes { SecretBytes(copying: $0) })
        let failure = mask.applied(
            to: GatewayFailure(
                .upstreamError, "`openai` answered 401: no sk-12345678!", status: 401, providerError: bytes(#"["sk-12345678"]"#)))
        #expect(failure.message == "`openai` answered 401: no ********!")
        #expect(failure.providerError == bytes(#"["********"]"#) && failure.status == 401)
    }
}
