// SPDX-License-Identifier: Apache-2.0
import GatewayEngine

/// What to open the vault with, decided from what was found and what the database knows. A key is made only where there is
/// nothing that it could fail to open.
enum MasterKeyChoice {
    /// - Parameter previous: what the vault is sealed with so far, where that is another key.
    case use(MasterKey, MasterKeySource, previous: MasterKey?)
    case makeFile
    case ask(isNew: Bool)
    /// Why nothing can be opened, and what to do: the rest of a sentence.
    case nothing(String)

    /// - Parameters:
    ///   - record: what the database knows of the master key; it knows nothing in a new vault, and before the second format.
    ///   - rowKeyIDs: the ids of the master keys that rows were sealed under.
    static func decide(
        _ setting: MasterKeySetting, _ found: MasterKeyFindings, record: VaultMasterRow?, rowKeyIDs: Set<String>
    ) -> MasterKeyChoice {
        if record == nil, rowKeyIDs.isEmpty { return new(setting, found) }
        let isPassphrase = record?.source == MasterKeySource.passphrase.rawValue
        let known = Known(found: found, record: record, rowKeyIDs: rowKeyIDs)
        switch setting {
        case .auto where isPassphrase: return .ask(isNew: false)
        case .auto: return known.credential ?? known.file ?? known.rotatedCredential ?? known.nothing
        case .credential: return known.credential ?? known.movedToCredential ?? known.nothing
        case .file: return known.file ?? known.nothing
        case .passphrase: return isPassphrase ? .ask(isNew: false) : .nothing(Self.noPassphraseYet)
        }
    }

    private static let noPassphraseYet =
        "it was not sealed with a passphrase; set vault.master_key to auto, then run: wicket vault rotate-master --to passphrase"

    /// There is neither a key nor a record that a key could be wrong for.
    private static func new(_ setting: MasterKeySetting, _ found: MasterKeyFindings) -> MasterKeyChoice {
        switch (setting, found.credential) {
        case (.passphrase, _): return .ask(isNew: true)
        case (.auto, .key(let key)), (.credential, .key(let key)): return .use(key, .credential, previous: nil)
        case (.auto, .unusable(let problem)), (.credential, .unusable(let problem)): return .nothing(ending(problem))
        case (.credential, .none): return .nothing(Known.noCredential)
        case (.auto, .none), (.file, _):
            switch found.file {
            case .key(let key): return .use(key, .file, previous: nil)
            case .unusable(let problem): return .nothing(ending(problem))
            case .none: return .makeFile
            }
        }
    }
}

/// A vault that was sealed before, and what was found to open it.
private struct Known {
    let found: MasterKeyFindings
    let record: VaultMasterRow?
    let rowKeyIDs: Set<String>

    static let noCredential =
        "its master key is to come from the systemd credential '\(MasterKeyPlaces.credentialName)', and there is none; "
        + "add LoadCredentialEncrypted=\(MasterKeyPlaces.credentialName) to the unit"

    private func opens(_ key: MasterKey) -> Bool { record.map { $0.id == key.id } ?? rowKeyIDs.contains(key.id) }

    private func matching(_ findings: [MasterKeyFinding]) -> MasterKey? { findings.lazy.compactMap(\.key).first(where: opens) }

    var credential: MasterKeyChoice? { matching([found.credential]).map { .use($0, .credential, previous: nil) } }
    /// The file that is about to take the other's place comes first: where it is the right one, it was meant to.
    var file: MasterKeyChoice? { matching([found.next, found.file]).map { .use($0, .file, previous: nil) } }

    /// A credential that was replaced, with the one before it beside it.
    var rotatedCredential: MasterKeyChoice? { moved(from: [found.previousCredential]) }
    /// The same, or from the file: where the configuration asks for the credential by name.
    var movedToCredential: MasterKeyChoice? { moved(from: [found.previousCredential, found.next, found.file]) }

    private func moved(from places: [MasterKeyFinding]) -> MasterKeyChoice? {
        guard let key = found.credential.key, let previous = matching(places) else { return nil }
        return .use(key, .credential, previous: previous)
    }

    var nothing: MasterKeyChoice {
        if let problem = found.credential.problem ?? found.file.problem { return .nothing(ending(problem)) }
        let id = record?.id ?? rowKeyIDs.min() ?? ""
        switch record?.source {
        case MasterKeySource.passphrase.rawValue:
            return .nothing("it was sealed with a passphrase; set vault.master_key to auto or passphrase")
        case MasterKeySource.credential.rawValue:
            guard let other = found.credential.key else { return .nothing(Self.noCredential) }
            if opens(other) {
                return .nothing("its master key is a systemd credential; set vault.master_key to auto or credential")
            }
            return .nothing(
                "the systemd credential '\(MasterKeyPlaces.credentialName)' is the master key \(other.id), and the vault was "
                    + "sealed with \(id); give that one as '\(MasterKeyPlaces.previousCredentialName)', or in its place")
        default:
            guard let other = found.file.key else {
                return .nothing("its master key (id \(id)) is gone; restore \(found.path) from a backup, 32 bytes, mode 0600")
            }
            return .nothing(
                "\(found.path) is the master key \(other.id), and the vault was sealed with \(id); put that one in its place")
        }
    }
}

/// A sentence as the end of another.
private func ending(_ sentence: String) -> String {
    let text = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    return text.hasPrefix("The ") ? "the " + text.dropFirst(4) : text
}
