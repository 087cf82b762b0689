// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import Glibc

/// Takes a key out of what a provider says: some quote the key that they refuse, and no answer of the gateway holds one.
struct SecretMask {
    /// Shorter ones stand in texts by chance.
    static let shortest = 8
    private static let mask = Array("********".utf8)

    let secret: SecretBytes

    /// Puts asterisks wherever `bytes` holds the key, as it is or with its slashes escaped as JSON has it.
    func apply(to bytes: inout [UInt8]) {
        secret.withExposedBytes { key in
            guard key.count >= Self.shortest else { return }
            replace(key, in: &bytes)
            guard key.contains(Self.slash) else { return }
            var escaped = key.flatMap { $0 == Self.slash ? [Self.backslash, $0] : [$0] }
            escaped.withUnsafeMutableBytes { escaped in
                replace(UnsafeRawBufferPointer(escaped), in: &bytes)
                if let base = escaped.baseAddress { explicit_bzero(base, escaped.count) }
            }
        }
    }

    /// The failure with the key taken out of all that is the provider's.
    func applied(to failure: GatewayFailure) -> GatewayFailure {
        var failure = failure
        if var body = failure.providerError.take() {
            apply(to: &body)
            failure.providerError = body
        }
        var message = Array(failure.message.utf8)
        apply(to: &message)
        failure.message = String(decoding: message, as: UTF8.self)
        return failure
    }

    private static var slash: UInt8 { UInt8(ascii: "/") }
    private static var backslash: UInt8 { UInt8(ascii: "\\") }

    private func replace(_ key: UnsafeRawBufferPointer, in bytes: inout [UInt8]) {
        var from = 0
        while let found = position(of: key, in: bytes, from: from) {
            bytes.replaceSubrange(found..<found + key.count, with: Self.mask)
            from = found + Self.mask.count
        }
    }

    private func position(of key: UnsafeRawBufferPointer, in bytes: [UInt8], from: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let needle = key.baseAddress, let first = key.first else { return nil }
            var from = from
            while from + key.count <= bytes.count {
                let room = bytes.count - key.count - from + 1
                guard let found = memchr(start + from, Int32(first), room) else { return nil }
                let place = UnsafeRawPointer(found) - start
                if memcmp(start + place, needle, key.count) == 0 { return place }
                from = place + 1
            }
            return nil
        }
    }
}
