// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Glibc

/// Where a master key comes from. The raw value is what is stored.
package enum MasterKeySource: String, Sendable, CaseIterable {
    case credential, file, passphrase
}

/// `vault.master_key` of the configuration.
package enum MasterKeySetting: String, Sendable, CaseIterable {
    /// What the vault was sealed with; for a new one the credential where there is one, else the file.
    case auto
    case credential, file, passphrase
}

/// The places that a master key may be found in.
package struct MasterKeyPlaces: Sendable {
    package var setting: MasterKeySetting
    package var file: MasterKeyFile
    /// `$CREDENTIALS_DIRECTORY`, where systemd puts a service's credentials.
    package var credentialsDirectory: String?
    /// scrypt's costs for a new passphrase; less where a test has many.
    var newDerivation: @Sendable (RandomSource) -> PassphraseDerivation = PassphraseDerivation.new

    package init(_ file: MasterKeyFile, setting: MasterKeySetting = .auto, credentialsDirectory: String? = nil) {
        self.file = file
        self.setting = setting
        self.credentialsDirectory = credentialsDirectory
    }

    static let credentialName = "wicket-master"
    static let previousCredentialName = "wicket-master-previous"

    func find() -> MasterKeyFindings {
        MasterKeyFindings(
            credential: credential(Self.credentialName), previousCredential: credential(Self.previousCredentialName),
            file: found(file.load), next: found(file.loadNext), path: file.path)
    }

    func path(of source: MasterKeySource?) -> String? {
        switch source {
        case .file: file.path
        case .credential: credentialsDirectory.map { "\($0)/\(Self.credentialName)" }
        case .passphrase, nil: nil
        }
    }

    private func credential(_ name: String) -> MasterKeyFinding {
        guard let credentialsDirectory else { return .none }
        return found { () throws(GatewayFailure) in try credentialKey(at: "\(credentialsDirectory)/\(name)") }
    }

    private func found(_ load: () throws(GatewayFailure) -> MasterKey?) -> MasterKeyFinding {
        do throws(GatewayFailure) { return try load().map { .key($0) } ?? .none } catch { return .unusable(error.message) }
    }
}

/// What is at one place.
enum MasterKeyFinding: Sendable {
    case none
    case key(MasterKey)
    /// Why it is no key to be used, as a sentence.
    case unusable(String)

    var key: MasterKey? {
        if case .key(let key) = self { key } else { nil }
    }
    var problem: String? {
        if case .unusable(let problem) = self { problem } else { nil }
    }
}

struct MasterKeyFindings: Sendable {
    var credential = MasterKeyFinding.none
    var previousCredential = MasterKeyFinding.none
    var file = MasterKeyFinding.none
    /// A key that is about to take the file's place, or was when the daemon was killed.
    var next = MasterKeyFinding.none
    /// The file's.
    var path = "master.key"
}

/// Reads 32 bytes, or 64 hexadecimal digits, into locked memory. Who may read a credential is systemd's to say.
private func credentialKey(at path: String) throws(GatewayFailure) -> MasterKey? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
        if errno == ENOENT { return nil }
        throw failure(path, "cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    // One more than the longest form, so that a longer one is seen.
    return try withUnsafeTemporaryAllocation(byteCount: 65, alignment: 1) { room in
        defer { wipe(room) }
        let count = read(descriptor, room.baseAddress, room.count)
        return Result { () throws(GatewayFailure) in
            switch count {
            case 32:
                return MasterKey(
                    try lockedKey {
                        $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<32]))
                        return true
                    })
            case 64:
                guard let key = LockedKey(fill: { decodeHexadecimal(room, into: $0) }) else {
                    throw failure(path, "has 64 bytes that are not all hexadecimal digits")
                }
                return MasterKey(key)
            default:
                let size = "\(max(0, count))\(count > 64 ? " or more" : "")"
                throw failure(path, "has \(size) bytes; it must have 32, or 64 hexadecimal digits without a line end")
            }
        }
    }.get()
}

private func decodeHexadecimal(_ text: UnsafeMutableRawBufferPointer, into key: UnsafeMutableRawBufferPointer) -> Bool {
    func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
    for index in key.indices {
        guard let high = value(text[index * 2]), let low = value(text[index * 2 + 1]) else { return false }
        key[index] = high << 4 | low
    }
    return true
}

private func failure(_ path: String, _ what: String) -> GatewayFailure {
    GatewayFailure(.internalError, "The vault's master key, the credential \(path), \(what).")
}
