// SPDX-License-Identifier: Apache-2.0
import Crypto
import FoundationEssentials
import GatewayEngine
import GatewayModel

/// Tells equal secrets of one vault apart from others, in 16 hexadecimal digits. Keyed, so that nobody without the master key can
/// check a guess against it.
func fingerprint(of secret: SecretBytes, _ master: MasterKey) -> String {
    secret.withExposedBytes { fingerprint(ofBytes: $0, master) }
}

func fingerprint(ofBytes secret: UnsafeRawBufferPointer, _ master: MasterKey) -> String {
    withoutTraces {
        HMAC<SHA256>.authenticationCode(for: secret, using: master.fingerprintKey).withUnsafeBytes { hexadecimal($0.prefix(8)) }
    }
}
