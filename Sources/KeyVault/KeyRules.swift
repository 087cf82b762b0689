// SPDX-License-Identifier: Apache-2.0
import GatewayModel

// What a virtual key's fields may hold. Each check throws `invalid_params` with the field's name and what to write instead.

func checkName(_ name: String) throws(GatewayFailure) {
    let fits =
        (1...128).contains(name.utf8.count) && !name.hasPrefix("@")
        && name.utf8.allSatisfy(isWordCharacter)
    if !fits { throw .invalidParams("name", "A virtual key's name has 1 to 128 letters, digits, '.', '_' or '-'.") }
}

func checkedBaseURL(_ text: String, of provider: String) throws(GatewayFailure) -> BaseURL {
    if text.isEmpty {
        throw .invalidParams("base_url", "The provider '\(provider)' has no address of its own; say where it is in 'base_url'.")
    }
    return try BaseURL(text)
}

func checkModels(_ models: [String]?) throws(GatewayFailure) {
    guard let models else { return }
    guard models.count <= 256, models.allSatisfy({ (1...256).contains($0.utf8.count) }) else {
        throw .invalidParams("models", "A list of models has at most 256 patterns of 1 to 256 bytes.")
    }
}

func checkNote(_ note: String) throws(GatewayFailure) {
    if note.utf8.count > 4096 { throw .invalidParams("note", "A note has at most 4096 bytes.") }
}

func expiryMilliseconds(_ text: String?) throws(GatewayFailure) -> Int? {
    guard let text else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
        throw .invalidParams("expires_at", "'expires_at' is a time like 2027-01-31T12:00:00Z, or null for never.")
    }
    return time.milliseconds
}
