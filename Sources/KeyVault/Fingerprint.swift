// SPDX-License-Identifier: Apache-2.0
import Crypto
import FoundationEssentials
import GatewayEngine
import GatewayModel

/// Tells equal secrets of one vault apart from others, in 16 hexadecimal digits. Keyed, so that nobody without the master key can
/// check a guess against it.
func fingerprint(of secret: SecretBytes, _ master: MasterKey) -> String {
    let code = secret.withExposedBytes { HMAC<SHA256>.authenticationCode(for: $0, using: master.fingerprintKey) }
    return code.withUnsafeBytes { hexadecimal($0.prefix(8)) }
}
