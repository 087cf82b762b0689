// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import JSONBytes
import ProviderAdapters

/// Reads a secret's object for a kind of provider. Errors name the part and what it must be, and never quote it.
struct SecretReader {
    /// One part as it is kept.
    struct Part {
        var name: String
        /// The value, written as JSON.
        var json: [UInt8]
        /// nil for what is secret.
        var shown: String?
    }

    let document: JSONDocument
    let node: JSONNode
    let parameter: String

    /// Sorted by name.
    func parts(_ kind: SecretKind, keeping kept: [String: String]) throws(GatewayFailure) -> [Part] {
        guard document.kind(node) == .object else {
            throw .invalidParams(parameter, #"A secret is an object of its parts, as in {"api_key": "…"}."#)
        }
        if let key = document.duplicateKey(in: node) {
            throw .invalidParams(parameter, "A secret has each part once; '\(document.string(key) ?? "")' is there twice.")
        }
        guard document.range(node).count <= SecretParts.maximumSize else {
            throw .invalidParams(parameter, "A secret has at most \(SecretParts.maximumSize) bytes.")
        }
        let form = try form(of: kind)
        var parts: [Part] = []
        for rule in form {
            if let value = try value(of: rule) {
                parts.append(try part(rule, value))
            } else if rule.form == .word, let old = kept[rule.name] {
                parts.append(Part(name: rule.name, json: quoted(Array(old.utf8)[...]), shown: old))
            } else if rule.isRequired {
                throw .invalidParams("\(parameter).\(rule.name)", "The secret needs the part '\(rule.name)'.")
            }
        }
        try refuseOthers(form)
        return parts.sorted { $0.name < $1.name }
    }

    /// The form whose first part is there, else the first.
    private func form(of kind: SecretKind) throws(GatewayFailure) -> [SecretPart] {
        let forms = kind.forms
        if let form = forms.first(where: { form in form.first.map { document.find($0.name, in: node) != nil } ?? false }) {
            return form
        }
        guard forms.count > 1 else { return forms.first ?? [] }
        let ways = forms.compactMap { $0.first.map { "'\($0.name)'" } }.joined(separator: " or ")
        throw .invalidParams(parameter, "The secret needs the part \(ways).")
    }

    private func value(of rule: SecretPart) throws(GatewayFailure) -> JSONNode? {
        let alias = rule.alias.flatMap { document.find($0, in: node) }
        guard let value = document.find(rule.name, in: node) else { return alias }
        if alias != nil {
            throw .invalidParams("\(parameter).\(rule.name)", "'\(rule.name)' and '\(rule.alias ?? "")' are the same: send one.")
        }
        return value
    }

    private func refuseOthers(_ form: [SecretPart]) throws(GatewayFailure) {
        for member in document.members(of: node) {
            let name = document.string(member.key) ?? ""
            if form.contains(where: { $0.name == name || $0.alias == name }) { continue }
            let known = form.map { "'\($0.name)'" }.joined(separator: ", ")
            throw .invalidParams("\(parameter).\(name)", "This secret has no such part; it has \(known).")
        }
    }

    private func part(_ rule: SecretPart, _ value: JSONNode) throws(GatewayFailure) -> Part {
        let place = "\(parameter).\(rule.name)"
        switch rule.form {
        case .key:
            guard let text = document.textBytes(value), !text.isEmpty, text.allSatisfy(isKeyCharacter) else {
                throw .invalidParams(
                    place,
                    "A key is a string of visible ASCII characters without quotes and spaces; look for a stray line end.")
            }
            return Part(name: rule.name, json: quoted(text))
        case .word:
            guard let text = document.textBytes(value), (1...128).contains(text.count), text.allSatisfy(isWordCharacter) else {
                throw .invalidParams(place, "'\(rule.name)' has 1 to 128 letters, digits, '.', '_' or '-'.")
            }
            return Part(name: rule.name, json: quoted(text), shown: String(decoding: text, as: UTF8.self))
        case .serviceAccount:
            guard let account = serviceAccount(value) else {
                throw .invalidParams(
                    place,
                    "A service account is the JSON of its file, or a string that holds it, with client_email and private_key.")
            }
            return Part(name: rule.name, json: account)
        }
    }

    /// As an object, however it came.
    private func serviceAccount(_ value: JSONNode) -> [UInt8]? {
        let raw = document.kind(value) == .string ? document.textBytes(value).map { Array($0) } : Array(document.raw(value))
        guard let raw, let account = try? JSONDocument(raw), account.kind(account.root) == .object else { return nil }
        let isWhole = ["client_email", "private_key"].allSatisfy { name in
            account.find(name, in: account.root).map { account.kind($0) == .string } ?? false
        }
        return isWhole ? Array(account.raw(account.root)) : nil
    }

    private func quoted(_ text: ArraySlice<UInt8>) -> [UInt8] { [UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")] }
}

/// Visible ASCII that needs no escape in JSON: what a header field can carry and the canonical form can hold as it is.
private func isKeyCharacter(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// What stands in a host's name, a path or a query without being escaped.
func isWordCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
    default: false
    }
}
