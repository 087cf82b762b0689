// SPDX-License-Identifier: Apache-2.0
import Crypto
import FoundationEssentials
package import GatewayModel
import Glibc

/// The key that wraps all data keys. Never used itself: each purpose has a key derived from it.
package final class MasterKey: Sendable {
    private let key: LockedKey
    /// Tells this master key from others, and tells nothing of it.
    package let id: String

    init(_ key: LockedKey) {
        self.key = key
        id = Self.derive(key, "wicket master key id v1", 8).withUnsafeBytes { hexadecimal($0) }
    }

    /// A master key of 32 random bytes.
    package convenience init(random: RandomSource) throws(GatewayFailure) {
        self.init(
            try lockedKey {
                random.fill($0); return true
            })
    }

    /// For data keys only.
    var wrappingKey: SymmetricKey { Self.derive(key, "wicket data key wrapping v1", 32) }

    /// For fingerprints only.
    var fingerprintKey: SymmetricKey { Self.derive(key, "wicket secret fingerprint v1", 32) }

    /// For the tags of rows only.
    var rowKey: SymmetricKey { Self.derive(key, "wicket vault row v1", 32) }

    /// For check values only.
    var checkKey: SymmetricKey { Self.derive(key, "wicket master key check v1", 32) }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result { try body(key.bytes) }

    private static func derive(_ key: LockedKey, _ purpose: String, _ count: Int) -> SymmetricKey {
        withoutTraces {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: key.bytes), info: Array(purpose.utf8), outputByteCount: count)
        }
    }
}

/// Overwrites bytes, in a way that the compiler does not leave out.
func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
    if let base = bytes.baseAddress { explicit_bzero(base, bytes.count) }
}

func lockedKey(_ fill: (UnsafeMutableRawBufferPointer) -> Bool) throws(GatewayFailure) -> LockedKey {
    guard let key = LockedKey(fill: fill) else {
        throw GatewayFailure(.internalError, "There is no memory for a key.")
    }
    return key
}
