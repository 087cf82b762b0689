// SPDX-License-Identifier: Apache-2.0

/// A member of params (or of a result) that is missing, of the wrong kind, twice there or unknown: `-32602` on the wire.
package struct ParamsError: Error, Equatable, Sendable {
    /// The member as the caller wrote it: `params.secret.api_key`.
    package let path: String
    /// What is wrong with it and what belongs there.
    package let message: String

    package init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }
}
