// SPDX-License-Identifier: Apache-2.0
import Crypto
import GatewayModel

/// SHA-256 of a config's bytes in hexadecimal: two configs with the same digest are the same.
func configDigest(_ json: [UInt8]) -> String {
    var hash = SHA256()
    json.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hexadecimal(hash.finalize())
}
