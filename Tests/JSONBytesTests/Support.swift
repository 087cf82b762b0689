// SPDX-License-Identifier: Apache-2.0
import JSONBytes

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// The error that reading these bytes ends with, or nil.
func failure(_ bytes: [UInt8]) -> JSONError? {
    do {
        _ = try JSONDocument(bytes)
        return nil
    } catch {
        return error
    }
}

func failure(_ text: String) -> JSONError? { failure(Array(text.utf8)) }
