// SPDX-License-Identifier: Apache-2.0
import Crypto
import CryptoExtras
import FoundationEssentials
import GatewayEngine
import GatewayModel

// A master key out of a passphrase, by scrypt.

extension PassphraseDerivation {
    /// A quarter of a second and 128 MB, and a salt that no other vault has.
    static func new(_ random: RandomSource) -> PassphraseDerivation {
        PassphraseDerivation(salt: random.bytes(32), rounds: 1 << 17, blockSize: 8, parallelism: 1)
    }

    /// Costs that were edited must not take the machine's memory or time.
    var isBounded: Bool {
        (16...64).contains(salt.count) && (1 << 10...1 << 20).contains(rounds) && rounds & (rounds - 1) == 0
            && (1...16).contains(blockSize) && (1...4).contains(parallelism) && 128 * rounds * blockSize * parallelism <= 1 << 29
    }

    /// Takes as long as it is meant to: not for a reactor's thread.
    func masterKey(of passphrase: SecretBytes) throws(GatewayFailure) -> MasterKey {
        try withoutTraces { () throws(GatewayFailure) in try derived(from: passphrase) }
    }

    private func derived(from passphrase: SecretBytes) throws(GatewayFailure) -> MasterKey {
        let derived: SymmetricKey
        do {
            derived = try passphrase.withExposedBytes {
                try KDF.Scrypt.deriveKey(
                    from: $0, salt: salt, outputByteCount: LockedKey.size, rounds: rounds, blockSize: blockSize,
                    parallelism: parallelism)
            }
        } catch {
            throw GatewayFailure(
                .internalError, "The passphrase could not be worked on: there is no memory for it. Free \(mebibytes) MiB.")
        }
        return MasterKey(
            try lockedKey { room in
                derived.withUnsafeBytes { bytes in
                    guard bytes.count == room.count else { return false }
                    room.copyMemory(from: bytes)
                    return true
                }
            })
    }

    private var mebibytes: Int { 128 * rounds * blockSize * parallelism >> 20 }
}

/// Below this a passphrase is guessed from a stolen database, whatever scrypt costs.
let shortestPassphrase = 12
/// Above this it is a file given by mistake.
let longestPassphrase = 1024

func checkPassphrase(_ passphrase: SecretBytes) throws(GatewayFailure) {
    let count = passphrase.withExposedBytes { $0.count { $0 & 0xC0 != 0x80 } }
    if count < shortestPassphrase {
        throw .invalidParams("passphrase", "A passphrase has at least \(shortestPassphrase) characters; several words are good.")
    }
    if count > longestPassphrase {
        throw .invalidParams("passphrase", "A passphrase has at most \(longestPassphrase) characters.")
    }
}
