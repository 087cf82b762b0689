// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import Testing

@testable import KeyVault

/// What to open the vault with, as a table: a place is written as the key that is there.
struct MasterKeyChoiceTests {
    private static let keys: [Character: MasterKey] = {
        var keys: [Character: MasterKey] = [:]
        for (index, name) in "ABC".enumerated() {
            keys[name] = try? MasterKey(random: RandomSource { $0.initializeMemory(as: UInt8.self, repeating: UInt8(index + 1)) })
        }
        return keys
    }()

    struct Case: Sendable {
        var setting = MasterKeySetting.auto
        /// `credential, previous credential, file, next file`: a key's letter, `-` for none, `!` for unusable.
        var found: String
        /// Of the database: a key's letter and the source's first letter (`Af`), or nothing.
        var record = ""
        var rows = ""
        /// `use A f`, `use A c from B`, `make`, `ask new`, `ask`, or the words that tell why not.
        var expected: String
    }

    private func finding(_ letter: Character) -> MasterKeyFinding {
        switch letter {
        case "-": .none
        case "!": .unusable("The file is open to other users.")
        default: Self.keys[letter].map { .key($0) } ?? .none
        }
    }

    private func name(_ key: MasterKey) -> String { Self.keys.first { $0.value.id == key.id }.map { String($0.key) } ?? "?" }

    @Test(arguments: [
        // A new vault.
        Case(found: "----", expected: "make"),
        Case(found: "A---", expected: "use A c"),
        Case(found: "--A-", expected: "use A f"),
        Case(found: "A-B-", expected: "use A c"),
        Case(found: "!---", expected: "open to other users"),
        Case(found: "--!-", expected: "open to other users"),
        Case(setting: .credential, found: "----", expected: "LoadCredentialEncrypted"),
        Case(setting: .credential, found: "--A-", expected: "LoadCredentialEncrypted"),
        Case(setting: .file, found: "A---", expected: "make"),
        Case(setting: .file, found: "A-B-", expected: "use B f"),
        Case(setting: .passphrase, found: "A-B-", expected: "ask new"),
        // One that was sealed: only what it was sealed with, and no new key ever.
        Case(found: "----", record: "Af", expected: "restore master.key"),
        Case(found: "----", rows: "A", expected: "restore master.key"),
        Case(found: "--B-", record: "Af", expected: "put that one in its place"),
        Case(found: "--!-", record: "Af", expected: "open to other users"),
        Case(found: "--A-", record: "Af", expected: "use A f"),
        Case(found: "--A-", rows: "A", expected: "use A f"),
        Case(found: "--A-", rows: "AB", expected: "use A f"),
        Case(found: "--B-", rows: "A", expected: "put that one in its place"),
        Case(found: "B-A-", record: "Af", expected: "use A f"),
        Case(setting: .file, found: "A---", record: "Ac", expected: "set vault.master_key to auto or credential"),
        Case(setting: .file, found: "----", record: "Ap", expected: "sealed with a passphrase"),
        // A rotation of the file that was cut short, before and after the transaction.
        Case(found: "--AB", record: "Af", expected: "use A f"),
        Case(found: "--AB", record: "Bf", expected: "use B f"),
        Case(found: "---B", record: "Bf", expected: "use B f"),
        Case(found: "--!B", record: "Bf", expected: "use B f"),
        // Credentials.
        Case(found: "A---", record: "Ac", expected: "use A c"),
        Case(found: "B---", record: "Ac", expected: "wicket-master-previous"),
        Case(found: "BA--", record: "Ac", expected: "use B c from A"),
        Case(found: "BC--", record: "Ac", expected: "wicket-master-previous"),
        Case(found: "-A--", record: "Ac", expected: "LoadCredentialEncrypted"),
        Case(setting: .credential, found: "B-A-", record: "Af", expected: "use B c from A"),
        Case(setting: .credential, found: "B-A-", rows: "A", expected: "use B c from A"),
        Case(setting: .credential, found: "B---", record: "Ap", expected: "sealed with a passphrase"),
        // Passphrases.
        Case(found: "B-B-", record: "Ap", expected: "ask"),
        Case(setting: .passphrase, found: "----", record: "Ap", expected: "ask"),
        Case(setting: .passphrase, found: "--A-", record: "Af", expected: "rotate-master --to passphrase"),
        Case(setting: .passphrase, found: "--A-", rows: "A", expected: "rotate-master --to passphrase"),
    ])
    func `the key that the vault was sealed with is used, whatever else is there`(row: Case) {
        let places = row.found.map(finding)
        let found = MasterKeyFindings(
            credential: places[0], previousCredential: places[1], file: places[2], next: places[3])
        let sources: [Character: MasterKeySource] = ["c": .credential, "f": .file, "p": .passphrase]
        let record = row.record.first.flatMap { Self.keys[$0] }.map {
            VaultMasterRow($0, from: sources[row.record.last ?? "f"] ?? .file, now: 0)
        }
        let rowKeyIDs = Set(row.rows.compactMap { Self.keys[$0]?.id } + (record.map { [$0.id] } ?? []))
        switch MasterKeyChoice.decide(row.setting, found, record: record, rowKeyIDs: rowKeyIDs) {
        case .use(let key, let source, let previous):
            let from = previous.map { " from \(name($0))" } ?? ""
            #expect("use \(name(key)) \(source.rawValue.prefix(1))\(from)" == row.expected)
        case .makeFile: #expect(row.expected == "make")
        case .ask(let isNew): #expect(row.expected == (isNew ? "ask new" : "ask"))
        case .nothing(let reason): #expect(reason.contains(row.expected), "\(reason)")
        }
    }
}
